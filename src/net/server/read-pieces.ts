import type { Readable } from 'node:stream';
import type { BodySink } from './exchange.ts';
import { gone } from './gone.ts';

/** Hands on the pieces of a body as they come, and whether it came whole, which 'end' alone does not tell. */
export function readPieces(stream: Readable, sink: BodySink, isCut: () => boolean): void {
  if (stream.destroyed) {
    sink.fail(gone());
    return;
  }
  let isOver = false;
  stream.on('data', (piece: Uint8Array) => sink.piece(piece));
  stream.on('end', () => {
    isOver = true;
    if (isCut()) sink.fail(gone());
    else sink.end();
  });
  stream.on('close', () => {
    // An error is made only where it is told: a stack costs as much as parsing a push.
    if (!isOver) sink.fail(gone());
  });
}

/** The same as fast as they are taken. Whoever stops early leaves the rest, and the connection, to the answer. */
export async function* takePieces(stream: Readable, isCut: () => boolean): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of stream.iterator({ destroyOnReturn: false })) yield piece;
  } catch {
    throw gone(); // the only way in which a request fails
  }
  if (isCut()) throw gone();
}
