import { type Case, type Facts, textOf } from './case.ts';

/** Undefined when what was seen is as recorded, or as an override of the case demands; else the first difference. */
export function judge(spec: Case, got: Facts): string | undefined {
  const differences = alternatives(spec).map((expected) => {
    const seen = structuredClone(got);
    relax(expected, seen, spec);
    return difference(expected, seen, '');
  });
  return differences.includes(undefined) ? undefined : differences[0];
}

/** Whether the case demands, or allows, that the file is refused at start. */
export function mayRefuse(spec: Case): boolean {
  return alternatives(spec).some((expected) => expected['start'] === 'refused');
}

function alternatives({ expect, flamegate }: Case): Json[] {
  const patches = flamegate?.either ?? [flamegate?.expect ?? {}];
  return patches.map((patch) => asRecord(structuredClone(merge(expect, patch))));
}

type Json = Record<string, unknown>;

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asRecord(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Objects merge by key, null removes one, an object with numbers for keys patches a list, everything else replaces. */
function merge(base: unknown, patch: unknown): unknown {
  if (!isRecord(patch) || Object.keys(patch).some((key) => key.startsWith('$'))) return patch;
  if (Array.isArray(base)) {
    const list = [...base];
    for (const [key, value] of Object.entries(patch)) list[Number(key)] = merge(list[Number(key)], value);
    return list;
  }
  const merged: Json = { ...asRecord(base) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

/** The first difference. The recording may hold {$any}, {$in}, {$range} and {$re}. */
function difference(expected: unknown, actual: unknown, at: string): string | undefined {
  const no = (wanted: unknown): string => `${at}: expected ${show(wanted)}, got ${show(actual)}`;
  if (isRecord(expected)) {
    if ('$any' in expected) return undefined;
    if ('$in' in expected)
      return asList(expected['$in']).some((one) => difference(one, actual, at) === undefined) ? undefined : no(expected);
    if ('$range' in expected) {
      const [low, high] = asList(expected['$range']);
      return Number(actual) >= Number(low) && Number(actual) <= Number(high) ? undefined : no(expected);
    }
    if ('$re' in expected) return new RegExp(String(expected['$re'])).test(String(actual)) ? undefined : no(expected);
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return `${at}: expected ${expected.length} entries, got ${actual.length}: ${show(actual)}`;
    return first(expected.map((one, index) => difference(one, actual[index], `${at}[${index}]`)));
  }
  if (!isRecord(expected) || !isRecord(actual)) return Object.is(expected, actual) ? undefined : no(expected);
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return first([...keys].map((key) => difference(expected[key], actual[key], at === '' ? key : `${at}.${key}`)));
}

function first(found: readonly (string | undefined)[]): string | undefined {
  return found.find((one) => one !== undefined);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 300);
}

/** What holds of every case here: own words in errors, an exit code of its own, finer places of mistakes. Changes both sides. */
function relax(expected: Json, got: Json, spec: Case): void {
  for (const [index, answer] of asList(expected['answers']).entries())
    relaxAnswer(asRecord(answer), asRecord(asList(got['answers'])[index]), spec);
  for (const upstream of asList(expected['upstreams'])) {
    for (const entry of asList(upstream)) {
      const headers = asRecord(asRecord(entry)['headers']);
      if (headers['user-agent'] === '<http library>') headers['user-agent'] = { $in: ['<http library>', '<product>'] };
    }
  }
  for (const [index, load] of asList(expected['load']).entries()) relaxLoad(asRecord(load), asRecord(asList(got['load'])[index]), spec);
}

function relaxAnswer(expected: Json, got: Json, { observe }: Case): void {
  const { status } = expected;
  if (typeof status === 'number' ? status < 400 : !isRecord(status)) return;
  for (const side of [expected, got]) {
    delete side['body'];
    if (observe?.answerHeaders === undefined) delete side['headers'];
  }
  // Where Alloy answers with text, a code says no less.
  if (!('code' in expected)) delete got['code'];
}

function relaxLoad(expected: Json, got: Json, spec: Case): void {
  if (expected['outcome'] !== 'refused') return;
  if (expected['exit'] === 1) expected['exit'] = 78;
  const lines = textOf(spec.config).split('\n');
  const seen = asList(got['at']).map(String);
  // A parser that goes on after a mistake may find that the file ends too early: only what comes first is demanded.
  const wanted = asList(expected['at'])
    .map(String)
    .filter((place, index) => index === 0 || place !== `${lines.length}:1`);
  if (wanted.every((place) => isNamed(place, seen, lines))) expected['at'] = { $any: true };
}

/** Where Alloy names a whole component, any place inside of it will do. */
function isNamed(wanted: string, seen: readonly string[], lines: readonly string[]): boolean {
  const begin = Number(wanted.split(':')[0]);
  let end = begin;
  if (/^\S.*\{\s*$/.test(lines[begin - 1] ?? '')) while (end < lines.length && lines[end] !== '}') end += 1;
  return seen.some((place) => {
    const line = Number(place.split(':')[0]);
    return place === wanted || (end > begin && line >= begin && line <= end + 1);
  });
}
