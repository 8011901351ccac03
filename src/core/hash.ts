import type { Labels } from './labels.ts';

// FNV-1a over UTF-16 with two primes, then the finishing steps of MurmurHash3, both public domain. The state of the one hash that is being made:
// nothing waits in between.
let low = 0;
let high = 0;

/** 53 bits of a text, evenly spread and the same in every process: for sampling and for sets that need not keep the text. No defence against
 *  whoever looks for collisions. */
export function hash53(text: string): number {
  begin();
  add(text);
  return end();
}

/** The same of a label set. */
export function hashLabels(labels: Labels): number {
  begin();
  for (const { name, value } of labels) {
    addUnit(name.length);
    add(name);
    addUnit(value.length);
    add(value);
  }
  return end();
}

function begin(): void {
  low = 0x811c9dc5;
  high = 0x9e3779b9;
}

function add(text: string): void {
  for (let at = 0; at < text.length; at += 1) addUnit(text.charCodeAt(at));
}

function addUnit(unit: number): void {
  low = Math.imul(low ^ unit, 0x01000193);
  high = Math.imul((high ^ unit) + 0x7f4a7c15, 0x85ebca6b);
  high ^= high >>> 15;
}

function end(): number {
  low = finish(low ^ high);
  high = finish(high ^ low);
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

function finish(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
