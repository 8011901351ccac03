// Of the golden ratio: what follows each other lies far apart, and all of it evenly.
const step = 0.618_033_988_749_895;
let last = 0;

/** A time between 0.9 and 1.1 times this one, another one each time, so that connections opened together do not end together. */
export function spread(ms: number): number {
  last = (last + step) % 1;
  return ms * (0.9 + 0.2 * last);
}
