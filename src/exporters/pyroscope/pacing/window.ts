/** What is under way when the process is killed may have been taken and is sent again: that bounds what a crash repeats. */
const mostRequests = 100;
const mostBytes = 64 * 2 ** 20;
const fewestBytes = 2 ** 20;
const firstRequests = 8;

/**
 * How many attempts, and how many bytes, may be under way together: more while the endpoint takes them (doubling until the first trouble, then
 * one more per round), half as many when it does not. Additive increase and multiplicative decrease is what TCP does, for the same reason:
 * several gateways find their share of one backend.
 */
export class Window {
  #requestLimit = firstRequests;
  #byteLimit = mostBytes;
  #requests = 0;
  #bytes = 0;
  #troubled = false;
  #halvedAt = Number.NEGATIVE_INFINITY;

  /** How many attempts may be under way. */
  get requests(): number {
    return Math.floor(this.#requestLimit);
  }

  /** One attempt may always be under way, whatever its size. `coming`: attempts that have a place and have not begun. */
  isFull(coming: number): boolean {
    const requests = this.#requests + coming;
    return requests > 0 && (requests >= this.requests || this.#bytes >= this.#byteLimit);
  }

  enter(bytes: number): void {
    this.#requests += 1;
    this.#bytes += bytes;
  }

  leave(bytes: number): void {
    this.#requests -= 1;
    this.#bytes -= bytes;
  }

  /** An attempt that is still in the window was taken. Only a window that is used says whether a larger one would be taken. */
  grow(bytes: number): void {
    if (this.#requests >= this.requests) {
      this.#requestLimit = Math.min(mostRequests, this.#requestLimit + (this.#troubled ? 1 / this.#requestLimit : 1));
    }
    this.#byteLimit = Math.min(mostBytes, this.#byteLimit + bytes);
  }

  /** An attempt that began then failed. What was sent before the window was halved is the same trouble, not more of it. Monotonic milliseconds. */
  halve(startedAt: number, now: number): void {
    if (startedAt <= this.#halvedAt) return;
    this.#troubled = true;
    this.#halvedAt = now;
    this.#requestLimit = Math.max(1, this.#requestLimit / 2);
    this.#byteLimit = Math.max(fewestBytes, this.#byteLimit / 2);
  }
}
