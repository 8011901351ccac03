import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { cpuSecondsOf } from './cpu.ts';

/** What the generator is told, as JSON in its first argument. */
export interface LoadOrder {
  readonly port: number;
  /** A file with the body of every request. */
  readonly bodyFile: string;
  readonly connections: number;
  readonly warmupMs: number;
  /** How many pushes the warm-up has at least; 2,000 if left out. */
  readonly warmRequests?: number;
  readonly windows: number;
  readonly windowMs: number;
  /** Whose CPU is read at the borders of each window. */
  readonly pid: number;
}

/** What one window saw. */
export interface Window {
  readonly requests: number;
  readonly seconds: number;
  /** CPU of the measured process in it; undefined where it cannot be read. */
  readonly cpuSeconds: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What the generator prints at the end. */
export interface LoadResult {
  readonly windows: readonly Window[];
  /** All requests that were answered, warm-up included. */
  readonly answered: number;
  /** Answers other than 200, by status. */
  readonly refused: Readonly<Record<string, number>>;
}

// Fewer say little.
const windowRequests = 100;

/** A closed loop over kept-alive HTTP/1.1 connections: each sends its next request when the last one was answered. */
class Load {
  readonly #request: Buffer;
  readonly #refused: Record<string, number> = {};
  #latencies: number[] = [];
  #answered = 0;
  #running = true;

  constructor(body: Buffer) {
    const head = `POST /push.v1.PusherService/Push HTTP/1.1\r\nHost: bench\r\nContent-Type: application/proto\r\nContent-Length: ${body.length}\r\n\r\n`;
    this.#request = Buffer.concat([Buffer.from(head), body]);
  }

  async run(order: LoadOrder): Promise<LoadResult> {
    const sockets = Array.from({ length: order.connections }, () => this.#open(order.port));
    await this.#until(order.warmupMs, order.warmRequests ?? 2000);
    const windows: Window[] = [];
    for (let at = 0; at < order.windows; at++) windows.push(await this.#window(order));
    this.#running = false;
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    return { windows, answered: this.#answered, refused: this.#refused };
  }

  async #window({ windowMs, pid }: LoadOrder): Promise<Window> {
    this.#latencies = [];
    const [from, before] = [performance.now(), cpuSecondsOf(pid)];
    await this.#until(windowMs, windowRequests);
    const [to, after] = [performance.now(), cpuSecondsOf(pid)];
    const sorted = Float64Array.from(this.#latencies).sort();
    const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    return {
      requests: sorted.length,
      seconds: (to - from) / 1000,
      cpuSeconds: before === undefined || after === undefined ? undefined : after - before,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
    };
  }

  /** So long and so many requests; on a machine that has other work it takes longer, up to five times. */
  async #until(ms: number, requests: number): Promise<void> {
    const enough = this.#answered + requests;
    for (let round = 0; round < 5 && (round === 0 || this.#answered < enough); round++) await passed(ms);
  }

  #open(port: number): Socket {
    let sentAt = 0;
    let size = 0;
    const next = (): void => {
      sentAt = performance.now();
      size = 0;
      socket.write(this.#request);
    };
    // Answers are small: read into one piece of memory, without a stream and an allocation each.
    const buffer = Buffer.allocUnsafe(16_384);
    const callback = (read: number): boolean => {
      answer.set(buffer.subarray(0, read), size);
      size += read;
      const status = statusOf(answer, size);
      if (status === undefined) return true;
      this.#count(status, performance.now() - sentAt);
      if (this.#running) next();
      else socket.end();
      return true;
    };
    const answer = Buffer.allocUnsafe(65_536);
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } }, next);
    socket.on('error', (error) => {
      throw new Error('the connection broke off', { cause: error });
    });
    return socket;
  }

  #count(status: number, latencyMs: number): void {
    this.#answered++;
    this.#latencies.push(latencyMs);
    if (status !== 200) this.#refused[status] = (this.#refused[status] ?? 0) + 1;
  }
}

/** The status of an answer, once it is whole: a head, and as many bytes behind it as it says. */
function statusOf(answer: Buffer, size: number): number | undefined {
  const text = answer.toString('latin1', 0, size);
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const body = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? '0';
  return size >= headEnd + 4 + Number(body) ? Number(text.slice(9, 12)) : undefined;
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const order: LoadOrder = JSON.parse(process.argv[2] ?? '{}');
const result = await new Load(readFileSync(order.bodyFile)).run(order);
process.stdout.write(`${JSON.stringify(result)}\n`);
