import { InvalidArgumentError } from 'commander';
import { messageOf } from '../core/errors.ts';
import type { Labels } from '../core/labels.ts';
import { type Matcher, parseLabels, parseMatcher } from '../core/matcher.ts';
import { parseDuration } from '../core/units.ts';

/** "30s" of an option, in milliseconds. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('expected a duration such as 30s');
  return ms;
}

/** A whole number above 0. */
export function positive(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('expected a whole number above 0');
  return Number(text);
}

/** {service_name="shop"} as a matcher. */
export function matcher(text: string): Matcher {
  return parsed(text, parseMatcher);
}

/** {service_name="shop"} as labels. */
export function labels(text: string): Labels {
  return parsed(text, parseLabels);
}

function parsed<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (why) {
    throw new InvalidArgumentError(messageOf(why));
  }
}

/** "old=new" of an option that may be repeated. */
export function renamed(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.indexOf('=');
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError('expected OLD=NEW');
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}

/** Every value of an option that may be repeated. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
