import zlib from 'node:zlib';
import { Invalid, messageOf } from '../../core/errors.ts';
import { formatSize } from '../../core/units.ts';
import type { Reservation } from './admission.ts';

// Up to here inflating in place is cheaper than a trip through the thread pool, and stalls nobody: 1 MiB takes about two milliseconds.
const inPlaceBytes = 1024 * 1024;
// Profiles shrink 3 to 20 times, gzip itself can do 1,032: what is beyond this ratio, and not small, was made to hurt.
const maxRatio = 200;
const ratioMattersBytes = 16 * 1024 * 1024;

/**
 * Undoes one encoding within `maxBytes`. The bytes are reserved as they appear; when all are there, those that came are given back. Rejects
 * with Invalid: "encoding" for one that we do not know, "malformed" for a broken stream, "too_large" for a bomb; or with Refused.
 */
export async function inflate(
  pieces: readonly Uint8Array[],
  encoding: string,
  reservation: Reservation,
  maxBytes: number,
): Promise<readonly Uint8Array[]> {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return pieces;
  if (name !== 'gzip')
    throw new Invalid('encoding', `the encoding ${JSON.stringify(encoding.slice(0, 100))} is not supported, use gzip or identity`);
  // As connect-go has it: nothing is nothing, whatever its encoding.
  if (pieces.length === 0) return pieces;
  const inflated = gunzipInPlace(pieces, maxBytes) ?? (await gunzip(pieces, reservation, maxBytes));
  reservation.hold(sizeOf(inflated));
  return inflated;
}

/** undefined when that would take too long. */
function gunzipInPlace(pieces: readonly Uint8Array[], maxBytes: number): Uint8Array[] | undefined {
  const arrivedBytes = sizeOf(pieces);
  if (arrivedBytes > inPlaceBytes) return undefined;
  try {
    const { buffer, engine } = gunzipWithEngine(Buffer.concat(pieces), Math.min(inPlaceBytes, maxBytes));
    checkTail(engine.bytesWritten, arrivedBytes);
    return [buffer];
  } catch (why) {
    if (codeOf(why) === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw asInvalid(why);
  }
}

/** With `info` node returns the engine too, which knows how much it has read; the types of @types/node do not say so. */
function gunzipWithEngine(bytes: Uint8Array, maxOutputLength: number): { buffer: Buffer; engine: { bytesWritten: number } } {
  const result: unknown = zlib.gunzipSync(bytes, { maxOutputLength, info: true });
  return result as { buffer: Buffer; engine: { bytesWritten: number } };
}

async function gunzip(pieces: readonly Uint8Array[], reservation: Reservation, maxBytes: number): Promise<Uint8Array[]> {
  const arrivedBytes = sizeOf(pieces);
  const mostBytes = Math.min(maxBytes, Math.max(ratioMattersBytes, arrivedBytes * maxRatio));
  const heldBefore = reservation.bytes;
  const inflated: Uint8Array[] = [];
  let sizeBytes = 0;
  const stream = zlib.createGunzip({ chunkSize: 64 * 1024 });
  for (const piece of pieces) stream.write(piece);
  stream.end();
  try {
    for await (const chunk of stream) {
      const piece: Uint8Array = chunk;
      sizeBytes += piece.length;
      if (sizeBytes > mostBytes) throw tooLarge(arrivedBytes, mostBytes, maxBytes);
      reservation.hold(heldBefore + sizeBytes);
      inflated.push(piece);
    }
  } catch (why) {
    throw asInvalid(why);
  }
  checkTail(stream.bytesWritten, arrivedBytes);
  return inflated;
}

function tooLarge(arrivedBytes: number, mostBytes: number, maxBytes: number): Invalid {
  const bound = mostBytes < maxBytes ? `${maxRatio} times as much is allowed` : `max_decompressed_size is ${formatSize(maxBytes)}`;
  return new Invalid('too_large', `the ${arrivedBytes} bytes of gzip unpack to more than ${mostBytes}: ${bound}`);
}

/** zlib passes over zeros behind a stream. */
function checkTail(readBytes: number, arrivedBytes: number): void {
  if (readBytes === arrivedBytes) return;
  throw new Invalid('malformed', `broken gzip: ${arrivedBytes - readBytes} bytes stand behind the end of the stream`);
}

function asInvalid(why: unknown): unknown {
  return codeOf(why)?.startsWith('Z_') ? new Invalid('malformed', `broken gzip: ${messageOf(why)}`, { cause: why }) : why;
}

function codeOf(why: unknown): string | undefined {
  return why instanceof Error && 'code' in why ? String(why.code) : undefined;
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  return bytes;
}
