const blockBytes = 16 * 1024;
const smallBytes = 4 * 1024;

/**
 * The pieces of a body as they came, small ones copied together: a Buffer costs some 150 bytes beside its own, so a body that comes byte by
 * byte would hold far more memory than admission counts. A body of one piece, as most are, is not copied.
 */
export class Gather {
  readonly #pieces: Uint8Array[] = [];
  #block: Uint8Array | undefined;
  #used = 0;

  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (this.#block === undefined || piece.length > blockBytes - this.#used) {
      this.#closeBlock();
      if (piece.length >= smallBytes || this.#pieces.length === 0) {
        this.#pieces.push(piece);
        return;
      }
      this.#block = Buffer.allocUnsafeSlow(blockBytes);
    }
    this.#block.set(piece, this.#used);
    this.#used += piece.length;
  }

  /** All of it, in order. */
  finish(): readonly Uint8Array[] {
    this.#closeBlock();
    return this.#pieces;
  }

  /** All of it as it lies here, when nobody has seen it: afterwards there is nothing. */
  drop(): readonly Uint8Array[] {
    const pieces = this.#pieces.splice(0);
    this.#block = undefined;
    this.#used = 0;
    return pieces;
  }

  #closeBlock(): void {
    if (this.#block !== undefined) this.#pieces.push(this.#block.subarray(0, this.#used));
    this.#block = undefined;
    this.#used = 0;
  }
}
