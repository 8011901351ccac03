import { fieldOf, wireType } from './protobuf.ts';
import { WireReader } from './wire-reader.ts';

/** One field: what it says as a number, and where its value stands. */
interface Field {
  readonly field: number;
  readonly type: number;
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A small message as its fields, for reading what may come from a newer build: unknown fields are passed over, a field that is absent or has
 * another wire type is 0 or empty, as proto3 has it.
 */
export class WireMessage {
  readonly #bytes: Buffer;
  readonly #fields: Field[] = [];

  /** Throws Invalid("malformed"). */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const reader = new WireReader([bytes]);
    while (reader.position < bytes.length) this.#fields.push(this.#read(reader, reader.tag()));
  }

  /** A varint or a double. */
  number(field: number): number {
    return this.#last(field)?.number ?? 0;
  }

  text(field: number): string {
    const found = this.#last(field);
    return found?.type === wireType.bytes ? this.#textOf(found) : '';
  }

  /** Every element of a repeated field. */
  texts(field: number): string[] {
    const found = this.#fields.filter((one) => one.field === field && one.type === wireType.bytes);
    return found.map((one) => this.#textOf(one));
  }

  /** A view; undefined when it is absent. */
  bytes(field: number): Buffer | undefined {
    const found = this.#last(field);
    return found?.type === wireType.bytes ? this.#bytes.subarray(found.from, found.to) : undefined;
  }

  #read(reader: WireReader, tag: number): Field {
    const [field, type] = [fieldOf(tag), tag & 7];
    const start = reader.position;
    switch (type) {
      case wireType.varint:
        return { field, type, number: reader.varint(), from: start, to: reader.position };
      case wireType.bytes: {
        const to = reader.valueEnd(this.#bytes.length);
        const from = reader.position;
        reader.skipTo(to);
        return { field, type, number: 0, from, to };
      }
      default:
        reader.skipValue(tag, this.#bytes.length);
        return { field, type, number: type === wireType.fixed64 ? this.#bytes.readDoubleLE(start) : 0, from: start, to: reader.position };
    }
  }

  /** Of a field that is not repeated the last value counts. */
  #last(field: number): Field | undefined {
    return this.#fields.findLast((one) => one.field === field);
  }

  #textOf({ from, to }: Field): string {
    return this.#bytes.toString('utf8', from, to);
  }
}
