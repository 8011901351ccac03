const shortestMs = 50;
const longestMs = 1000;

/** How long to leave a peer alone, in milliseconds, that would not look at a request for the so-manieth time in a row, from 0 on. */
export function refusedPauseMs(times: number): number {
  return Math.min(shortestMs * 2 ** times, longestMs);
}
