import { Invalid, Refused } from '../core/errors.ts';
import { formatSize } from '../core/units.ts';

// Room comes with the next delivery: a moment, unless every endpoint is down.
const fullRetryAfterMs = 5000;
const drainingRetryAfterMs = 1000;
const behindRetryAfterMs = 1000;

/** A request that no room would be enough for. */
export function tooLarge(sizeBytes: number, maxSizeBytes: number): Invalid {
  return new Invalid(
    'too_large',
    `a request of ${sizeBytes} bytes is larger than the whole queue: max_size is ${formatSize(maxSizeBytes)}`,
  );
}

/** A request that there is no room for now. */
export function queueFull(maxSizeBytes: number): Refused {
  return new Refused('queue_full', `the queue is full: max_size is ${formatSize(maxSizeBytes)}`, fullRetryAfterMs);
}

/** A request that would wait in memory behind too many others. */
export function diskBehind(waitingBytes: number): Refused {
  return new Refused('disk', `the disk is behind: ${formatSize(waitingBytes)} wait for it`, behindRetryAfterMs);
}

/** A request that came while its log was closed. */
export function closing(): Refused {
  return new Refused('draining', 'the queue is closing', drainingRetryAfterMs);
}
