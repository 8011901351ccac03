import type { Readable } from 'node:stream';
import { Unserved } from './unserved.ts';

/** What a sender that is gone would be told. */
export function gone(): Unserved {
  return new Unserved('canceled', 'the sender has closed the connection');
}

/**
 * Hands on the pieces of a body as they come. Rejects when `onPiece` throws, and hands on nothing more; rejects with Unserved("canceled")
 * when the body was cut, which 'end' alone does not tell.
 */
export function readPieces(stream: Readable, onPiece: (piece: Uint8Array) => void, isCut: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stream.destroyed) return reject(gone());
    const onData = (piece: Uint8Array): void => {
      try {
        onPiece(piece);
      } catch (why) {
        stop();
        reject(why);
      }
    };
    const onEnd = (): void => {
      stop();
      if (isCut()) reject(gone());
      else resolve();
    };
    const onClose = (): void => {
      stop();
      reject(gone());
    };
    const stop = (): void => {
      stream.off('data', onData);
      stream.off('end', onEnd);
      stream.off('close', onClose);
    };
    stream.on('data', onData);
    stream.on('end', onEnd);
    stream.on('close', onClose);
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
