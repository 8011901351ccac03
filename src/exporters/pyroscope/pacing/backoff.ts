/** Bounds of the waits between attempts: Alloy's `min_backoff_period` and `max_backoff_period`. */
export interface BackoffPeriods {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after the given number of attempts (1, 2, ...), with jitter: Alloy's, which is dskit's backoff (grafana/dskit
 * backoff/backoff.go). The wait is drawn from [low, high), which starts at [min, 2 min) and doubles until `high` has reached `max`; from then
 * on it stays as it is, so min 100 ms and max 200 ms give [100, 200) for good. Where low >= high there is no jitter and the wait is `low`.
 */
export function backoffMs(periods: BackoffPeriods, attempts: number, random: () => number): number {
  const { minMs, maxMs } = periods;
  let low = minMs;
  let high = Math.min(2 * minMs, maxMs);
  // At most a few steps: `high` doubles until it has reached `max`. With min 0 nothing grows.
  for (let wait = 1; wait < attempts && high < maxMs && high > 0; wait++) {
    low = Math.min(2 * low, maxMs);
    high = Math.min(2 * high, maxMs);
  }
  return low >= high ? low : low + random() * (high - low);
}

const longestRetryAfterMs = 5 * 60_000;

/**
 * What a Retry-After header asks for: seconds or an HTTP date (RFC 9110 10.2.3), clamped to 5 minutes whatever max_backoff_period says. Undefined
 * when there is none, it cannot be read or lies in the past.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longestRetryAfterMs);
  // Only the three forms of RFC 9110 5.6.7, which all begin with a day's name: a bare number, or "-1", is a date for Node as well.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  // biome-ignore lint/style/noRestrictedGlobals: reads a text, asks no clock
  const afterMs = Date.parse(text) - now;
  return afterMs > 0 ? Math.min(afterMs, longestRetryAfterMs) : undefined;
}
