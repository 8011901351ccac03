import { fieldOf, wireType } from './protobuf.ts';
import { WireReader } from './wire-reader.ts';

/**
 * A small message as its fields by number, for reading what may come from a newer build: unknown fields are passed over, a field that is
 * absent or has another wire type is 0 or empty, as proto3 has it.
 */
export class WireMessage {
  readonly #values = new Map<number, (number | Uint8Array)[]>();

  /** Throws Invalid("malformed"). */
  constructor(bytes: Uint8Array) {
    const reader = new WireReader([bytes]);
    while (reader.position < bytes.length) {
      const tag = reader.tag();
      const values = this.#values.get(fieldOf(tag)) ?? [];
      this.#values.set(fieldOf(tag), values);
      values.push(readValue(reader, tag, bytes));
    }
  }

  /** A varint or a double. */
  number(field: number): number {
    const value = this.#last(field);
    return typeof value === 'number' ? value : 0;
  }

  text(field: number): string {
    return decodeText(this.bytes(field) ?? new Uint8Array(0));
  }

  /** Every element of a repeated field. */
  texts(field: number): string[] {
    const values = this.#values.get(field) ?? [];
    return values.filter((value) => value instanceof Uint8Array).map(decodeText);
  }

  /** undefined when it is absent. */
  bytes(field: number): Uint8Array | undefined {
    const value = this.#last(field);
    return value instanceof Uint8Array ? value : undefined;
  }

  /** Of a field that is not repeated the last value counts. */
  #last(field: number): number | Uint8Array | undefined {
    return this.#values.get(field)?.at(-1);
  }
}

function readValue(reader: WireReader, tag: number, message: Uint8Array): number | Uint8Array {
  switch (tag & 7) {
    case wireType.varint:
      return reader.varint();
    case wireType.bytes: {
      const end = reader.valueEnd(message.length);
      const value = message.subarray(reader.position, end);
      reader.skipTo(end);
      return value;
    }
    default: {
      const from = reader.position;
      reader.skipValue(tag, message.length);
      const value = Buffer.from(message.subarray(from, reader.position));
      return (tag & 7) === wireType.fixed64 ? value.readDoubleLE() : value;
    }
  }
}

function decodeText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
