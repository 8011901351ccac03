import { hash } from 'node:crypto';
import { type Label, Labels } from './labels.ts';
import { AnchoredRegex, RegexTemplate } from './regex.ts';
import type { RelabelRule } from './relabel-rule.ts';
import { simpleLower, simpleUpper } from './simple-case.ts';

/** Rules, compiled: the labels that come out, itself when nothing changes; undefined when a rule drops what carries them. */
export type Relabel = (labels: Labels) => Labels | undefined;

/** Which names `replace` may set: any, or those of [a-zA-Z_][a-zA-Z0-9_]* only, where it does nothing for others, as in Alloy. */
export type TargetNames = 'any' | 'legacy';

/**
 * Compiles rules to one function. Pure, deterministic, linear in the length of the values, never throws. What each action does is in
 * prometheus/prometheus model/relabel, to the letter.
 */
export function compileRelabel(rules: readonly RelabelRule[], names: TargetNames = 'any'): Relabel {
  const steps = rules.map((rule) => compileRule(rule, names));
  return (labels) => {
    const edit = new Edit(labels);
    for (const step of steps) if (!step(edit)) return undefined;
    return edit.result();
  };
}

/** One rule at work; false when the profile is to be dropped. */
type Step = (edit: Edit) => boolean;

function compileRule(rule: RelabelRule, names: TargetNames): Step {
  const regex = new AnchoredRegex(rule.regex);
  const value = sourceOf(rule);
  const target = rule.target_label;
  switch (rule.action) {
    case 'replace':
      return replace(rule, regex, names);
    case 'keep':
      return (edit) => regex.test(value(edit));
    case 'drop':
      return (edit) => !regex.test(value(edit));
    case 'keepequal':
      return (edit) => edit.get(target) === value(edit);
    case 'dropequal':
      return (edit) => edit.get(target) !== value(edit);
    case 'hashmod':
      return always((edit) => edit.set(target, hashMod(value(edit), BigInt(rule.modulus))));
    case 'lowercase':
      return always((edit) => edit.set(target, simpleLower(value(edit))));
    case 'uppercase':
      return always((edit) => edit.set(target, simpleUpper(value(edit))));
    case 'labelmap':
      return labelMap(rule, regex);
    case 'labeldrop':
      return dropNames(memoByName((name) => regex.test(name)));
    case 'labelkeep':
      return dropNames(memoByName((name) => !regex.test(name)));
    default:
      throw new Error(`unreachable: ${rule.action satisfies never}`);
  }
}

function always(run: (edit: Edit) => void): Step {
  return (edit) => {
    run(edit);
    return true;
  };
}

/** The values of the source labels, joined. */
function sourceOf({ source_labels: names, separator }: RelabelRule): (edit: Edit) => string {
  const [first, ...others] = names;
  if (first === undefined) return () => '';
  return (edit) => {
    let value = edit.get(first);
    for (const name of others) value += separator + edit.get(name);
    return value;
  };
}

function replace(rule: RelabelRule, regex: AnchoredRegex, names: TargetNames): Step {
  const value = sourceOf(rule);
  const target = new RegexTemplate(regex, rule.target_label);
  const replacement = new RegexTemplate(regex, rule.replacement);
  const isName = (name: string): boolean => (names === 'any' ? name !== '' : /^[A-Za-z_]\w*$/.test(name));
  const { constant: fixedTarget } = target;
  const { constant: fixedValue } = replacement;
  if (fixedTarget !== undefined && !isName(fixedTarget)) return () => true;
  if (fixedTarget !== undefined && fixedValue !== undefined) {
    return always((edit) => {
      if (regex.test(value(edit))) edit.set(fixedTarget, fixedValue);
    });
  }
  return always((edit) => {
    const groups = regex.exec(value(edit));
    if (groups === undefined) return;
    const name = fixedTarget ?? target.fill(groups);
    if (fixedTarget !== undefined || isName(name)) edit.set(name, replacement.fill(groups));
  });
}

/** Copies; what it sets is not looked at again by the same rule. */
function labelMap(rule: RelabelRule, regex: AnchoredRegex): Step {
  const template = new RegexTemplate(regex, rule.replacement);
  const newName = memoByName((name) => {
    const groups = regex.exec(name);
    return groups && template.fill(groups);
  });
  return always((edit) => {
    const found: Label[] = [];
    for (const { name, value } of edit.pairs) {
      const mapped = newName(name);
      if (mapped !== undefined) found.push({ name: mapped, value });
    }
    for (const { name, value } of found) edit.set(name, value);
  });
}

function dropNames(picks: (name: string) => boolean): Step {
  return always((edit) => edit.without(picks));
}

/** The last 8 bytes of the MD5, big-endian, modulo the modulus. */
function hashMod(value: string, modulus: bigint): string {
  const digest = BigInt(`0x${hash('md5', value, 'hex').slice(16)}`);
  return String(digest % modulus);
}

// Names of labels are few, but the sender's to choose.
const mostNames = 1_000;

function memoByName<T>(compute: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const hit = known.get(name);
    if (hit !== undefined || known.has(name)) return hit as T; // has() says that undefined is what was computed
    if (known.size >= mostNames) known.clear();
    const result = compute(name);
    known.set(name, result);
    return result;
  };
}

/** A label set that is being changed: sorted, copied when the first change comes. */
class Edit {
  readonly #original: Labels;
  #pairs: Label[];
  #changed = false;

  constructor(original: Labels) {
    this.#original = original;
    this.#pairs = [...original];
  }

  /** As they stand now. */
  get pairs(): readonly Label[] {
    return this.#pairs;
  }

  /** Empty when there is no such label. */
  get(name: string): string {
    for (const pair of this.#pairs) if (pair.name === name) return pair.value;
    return '';
  }

  /** An empty value removes. */
  set(name: string, value: string): void {
    const pairs = this.#pairs;
    let at = 0;
    while (at < pairs.length && (pairs[at] as Label).name < name) at += 1;
    const there = pairs[at]?.name === name ? pairs[at] : undefined;
    if (there === undefined ? value === '' : there.value === value && value !== '') return;
    this.#changed = true;
    if (value === '') pairs.splice(at, 1);
    else pairs.splice(at, there === undefined ? 0 : 1, { name, value });
  }

  without(picks: (name: string) => boolean): void {
    const kept = this.#pairs.filter(({ name }) => !picks(name));
    if (kept.length === this.#pairs.length) return;
    this.#changed = true;
    this.#pairs = kept;
  }

  result(): Labels {
    return this.#changed ? Labels.sorted(this.#pairs) : this.#original;
  }
}
