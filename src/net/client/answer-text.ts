import { constants, gunzipSync } from 'node:zlib';

const maxTextBytes = 2048;
// What a 64 KiB body may grow to: more says nothing that its beginning does not.
const maxInflatedBytes = 1024 * 1024;

/** The first 2 KiB of an answer's body as text, inflated where it came as gzip; '' when it cannot be. */
export function answerText(body: Uint8Array, contentEncoding: string): string {
  if (body.byteLength === 0) return '';
  const plain = contentEncoding.toLowerCase() === 'gzip' ? inflate(body) : body;
  // `stream` leaves out a character that the cut goes through.
  return new TextDecoder().decode(plain.subarray(0, maxTextBytes), { stream: true });
}

function inflate(body: Uint8Array): Uint8Array {
  try {
    // Z_SYNC_FLUSH: a body that was cut short still gives what it has.
    return gunzipSync(body, { maxOutputLength: maxInflatedBytes, finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // The status counts; a body that is not what it says only costs its words.
    return new Uint8Array();
  }
}
