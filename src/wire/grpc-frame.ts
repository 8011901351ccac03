import { Invalid } from '../core/errors.ts';
import { concatBytes, totalBytes } from './protobuf.ts';

/** One byte of flags and four of length stand before every message (grpc/grpc doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message"). */
const prefixBytes = 5;
const compressedFlag = 1;

/** The message of a unary call, as it came. */
export interface FramedMessage {
  /** By the encoding that the header grpc-encoding names. */
  readonly compressed: boolean;
  /** Views into the pieces. */
  readonly message: readonly Uint8Array[];
}

/** A message, uncompressed, behind its prefix. */
export function frameMessage(body: Uint8Array): Uint8Array {
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(body.length, 1);
  return concatBytes([prefix, body]);
}

/** The one message that a unary request may hold. Throws Invalid("malformed") for none, for several, and for a cut one. */
export function unframeMessage(pieces: readonly Uint8Array[]): FramedMessage {
  const sizeBytes = totalBytes(pieces);
  if (sizeBytes < prefixBytes) throw malformed(`a gRPC message starts with ${prefixBytes} bytes, found ${sizeBytes}`);
  const prefix = Buffer.from(concatBytes(viewFrom(pieces, 0, prefixBytes)));
  const flags = prefix.readUInt8(0);
  // Bit 7 marks trailers in gRPC-web; a request has none.
  if (flags > compressedFlag) throw malformed(`the flags of a gRPC message are 0 or 1, found ${flags}`);
  const messageBytes = prefix.readUInt32BE(1);
  if (messageBytes !== sizeBytes - prefixBytes) {
    throw malformed(`a unary call holds one gRPC message: its prefix announces ${messageBytes} bytes, ${sizeBytes - prefixBytes} follow`);
  }
  return { compressed: flags === compressedFlag, message: viewFrom(pieces, prefixBytes, sizeBytes) };
}

function viewFrom(pieces: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  const views: Uint8Array[] = [];
  let start = 0;
  for (const piece of pieces) {
    const view = piece.subarray(Math.max(0, from - start), Math.max(0, to - start));
    if (view.length > 0) views.push(view);
    start += piece.length;
  }
  return views;
}

function malformed(what: string): Invalid {
  return new Invalid('malformed', what);
}
