// Below it the call costs more than the garbage collector does.
const leastBytes = 4096;

/**
 * Gives the memory of pieces back now. Without that it is given back by a mark-compact, which looks at the whole heap, and comes the more often
 * the more memory outside the heap waits for it. From here on the pieces, and all views into them, have no bytes: who still reads one finds
 * nothing, never what somebody else has sent.
 *
 * A piece that shares its memory with anything else is left alone.
 */
export function freePieces(pieces: readonly Uint8Array[]): void {
  for (const { buffer, byteOffset, byteLength } of pieces) {
    if (byteLength < leastBytes || byteOffset !== 0 || byteLength !== buffer.byteLength) continue;
    if (buffer instanceof ArrayBuffer && buffer.detached === false) buffer.transfer(0);
  }
}
