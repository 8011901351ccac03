const shortestMs = 50;
const longestMs = 1000;

/** How long to leave a peer alone that would not look at a request, in milliseconds; `times`: how often it did so before. */
export function refusedPauseMs(times: number): number {
  return Math.min(shortestMs * 2 ** times, longestMs);
}
