import type { Clock } from '../../core/clock.ts';
import { Invalid, type Refused } from '../../core/errors.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import type { Reservation } from './admission.ts';
import type { Exchange } from './exchange.ts';
import { Gather } from './gather.ts';
import { Unserved } from './unserved.ts';

/** Ends the wait for a body. */
export type Cut = (why: Refused) => void;

/** What bounds a body while it is read. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** First byte to end of body. */
  readonly timeoutMs: number;
  /** What the first piece says of the whole. */
  readonly announcedBytes?: ((start: Uint8Array) => number | undefined) | undefined;
  /** Bodies that are being read stand here, to be cut by whoever cannot wait for them. */
  readonly receiving: Set<Cut>;
}

/**
 * The whole body, its bytes reserved before they are read: all at once where Content-Length says how many, else piece by piece. Rejects
 * with Invalid or Refused, with Unserved("timeout"), with what it is cut with, or with Unserved("canceled") when the sender left in the middle.
 */
export async function readBody(
  exchange: Exchange,
  reservation: Reservation,
  limits: BodyLimits,
  clock: Clock,
): Promise<readonly Uint8Array[]> {
  const gather = new Gather();
  let sizeBytes = 0;
  let over: Unserved | Refused | undefined;
  const announcedBytes = contentLength(exchange);
  checkSize(announcedBytes, limits.maxBytes);
  // A request without a body, such as /ready, always has room.
  if (announcedBytes > 0) reservation.hold(announcedBytes);
  const onPiece = (piece: Uint8Array): void => {
    if (over !== undefined) throw over;
    sizeBytes += piece.length;
    checkSize(sizeBytes, limits.maxBytes);
    if (sizeBytes === piece.length) checkSize(limits.announcedBytes?.(piece) ?? 0, limits.maxBytes);
    if (sizeBytes > reservation.bytes) reservation.hold(sizeBytes);
    gather.add(piece);
  };
  await new Promise<void>((resolve, reject) => {
    const stop = (why: Unserved | Refused): void => {
      over = why;
      reject(why);
    };
    const cancel = clock.after(limits.timeoutMs, () => stop(tooSlow(limits.timeoutMs, sizeBytes)));
    limits.receiving.add(stop);
    const end = (): void => {
      cancel();
      limits.receiving.delete(stop);
    };
    exchange.readBody(onPiece).then(
      () => {
        end();
        resolve();
      },
      (why) => {
        end();
        reject(why);
      },
    );
  });
  return gather.finish();
}

/** 0 when it is not told. A number that is none never gets here: the parsers refuse it. */
function contentLength(exchange: Exchange): number {
  return Number(exchange.headers['content-length'] ?? 0);
}

function checkSize(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new Invalid('too_large', `the request has ${bytes} bytes or more, max_request_size is ${formatSize(maxBytes)}`);
}

function tooSlow(timeoutMs: number, sizeBytes: number): Unserved {
  return new Unserved(
    'timeout',
    `the body was not complete after ${formatDuration(timeoutMs)} (timeouts.request), ${sizeBytes} bytes had come`,
  );
}
