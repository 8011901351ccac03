import { type LogRecord, recordSize } from '../log.ts';
import { PositionSet } from '../position-set.ts';

/** Records that were written lately, so that a cursor near the end reads none from disk. Bounded in bytes: the oldest go first. */
export class Fresh {
  readonly #maxBytes: number;
  readonly #records = new Map<number, LogRecord>();
  readonly #order = new PositionSet();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(position: number): LogRecord | undefined {
    return this.#records.get(position);
  }

  add(position: number, record: LogRecord): void {
    this.#records.set(position, record);
    this.#order.add(position);
    this.#bytes += recordSize(record);
    for (let oldest = this.#order.first; this.#bytes > this.#maxBytes && oldest !== undefined; oldest = this.#order.first)
      this.delete(oldest);
  }

  delete(position: number): void {
    const record = this.#records.get(position);
    if (record === undefined) return;
    this.#records.delete(position);
    this.#order.delete(position);
    this.#bytes -= recordSize(record);
  }
}
