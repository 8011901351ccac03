import type { Fault } from './fault.ts';
import { formatPath, isMap, type Path, valueAt } from './tree.ts';

/**
 * The value without its faults: misspelt keys renamed to what was meant, everything else that is wrong left out. zod compares the keys of a
 * map with each other only when each of them is right, so what is wrong between them shows with a second look at this.
 */
export function withoutFaults(value: unknown, faults: readonly Fault[]): unknown {
  const mended = copyOf(value);
  for (const { path, meantKey } of faults) {
    const parent = valueAt(mended, path.slice(0, -1));
    const last = path.at(-1);
    // An item that is left out would move the others.
    if (!isMap(parent) || typeof last !== 'string' || !Object.hasOwn(parent, last)) continue;
    if (meantKey !== undefined && !Object.hasOwn(parent, meantKey)) parent[meantKey] = parent[last];
    delete parent[last];
  }
  return mended;
}

/** Of what a second look found that which is not a consequence of leaving something out; paths as the user wrote them. */
export function newFaults(found: readonly Fault[], known: readonly Fault[]): Fault[] {
  const leftOut = new Set(known.map(({ path }) => path.at(-1)));
  const mentions = (message: string): boolean => message.split(/\W+/).some((word) => leftOut.has(word));
  const places = new Set(known.map(({ path }) => formatPath(path)));
  return found
    .map((fault) => ({ ...fault, path: asWritten(fault.path, known) }))
    .filter(({ path, message }) => !mentions(message) && !places.has(formatPath(path)));
}

/** The path with keys in it as they are misspelt. */
function asWritten(path: Path, known: readonly Fault[]): Path {
  return known.reduce<Path>((written, fault) => {
    const at = fault.path.length - 1;
    const renamed = fault.meantKey !== undefined && fault.meantKey === written[at];
    return renamed && fault.path.slice(0, at).every((step, index) => step === written[index])
      ? [...fault.path, ...written.slice(at + 1)]
      : written;
  }, path);
}

/** Of maps and lists; whatever a front-end has put in them stays what it is. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)])) : value;
}
