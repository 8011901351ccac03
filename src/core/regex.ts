import { RE2JS } from 're2js';
import { z } from 'zod';
import { messageOf } from './errors.ts';
import { type SimplePattern, simplePattern } from './regex-simple.ts';

/**
 * A regular expression as Prometheus has them: RE2, anchored at both ends, and the dot matches a newline (Prometheus 3.0 model/relabel).
 * Runs in time linear in the text, so a pattern from a config file cannot stall the gateway.
 */
export class AnchoredRegex {
  /** As the user wrote it. */
  readonly source: string;
  readonly #pattern: RE2JS;
  readonly #simple: SimplePattern | undefined;
  readonly #matchesAll: boolean;

  /** Throws a SyntaxError that says what RE2 does not take. */
  constructor(source: string) {
    this.source = source;
    // Patterns that match every text need no engine: (.*) is what a relabel rule has by default.
    this.#matchesAll = source === '(.*)' || source === '.*';
    try {
      this.#pattern = RE2JS.compile(`^(?s:${source})$`);
    } catch (why) {
      throw new SyntaxError(`invalid regular expression ${JSON.stringify(source)}: ${why instanceof Error ? why.message : String(why)}`, {
        cause: why,
      });
    }
    this.#simple = simplePattern(source);
  }

  /** Whether it matches all of the text. */
  test(text: string): boolean {
    if (this.#matchesAll) return true;
    const simple = this.#simple;
    return simple !== undefined && text.length <= simple.longest ? simple.regex.test(text) : this.#pattern.test(text);
  }

  /** What the groups of a match hold, the whole text first; one that took no part is empty. Undefined when the text does not match. */
  exec(text: string): readonly string[] | undefined {
    if (this.#matchesAll) return this.source === '.*' ? [text] : [text, text];
    const simple = this.#simple;
    if (simple !== undefined && text.length <= simple.longest) {
      const found = simple.regex.exec(text);
      if (found === null) return undefined;
      for (let group = 1; group < found.length; group += 1) found[group] ??= '';
      return found;
    }
    const matcher = this.#pattern.matcher(text);
    if (!matcher.find()) return undefined;
    const groups = [text];
    for (let group = 1; group <= matcher.groupCount(); group += 1) groups.push(matcher.group(group) ?? '');
    return groups;
  }

  /** The number of a group, -1 when there is none of this name. A name of digits is the number itself. */
  groupOf(name: string): number {
    const number = /^\d+$/.test(name) ? Number(name) : this.#named(name);
    return number <= this.#pattern.groupCount() ? number : -1;
  }

  #named(name: string): number {
    const groups = this.#pattern.namedGroups();
    return Object.hasOwn(groups, name) ? (groups[name] ?? -1) : -1;
  }

  /** The template with the groups of the match in their places; undefined when the text does not match. */
  expand(text: string, template: string): string | undefined {
    const groups = this.exec(text);
    return groups && new RegexTemplate(this, template).fill(groups);
  }
}

/**
 * Text with references to the groups of one pattern, as Go's regexp.Expand reads it: $1, $name, ${1}, ${name}; $1x is the group named "1x";
 * $$ is a dollar; an unknown group is empty; a dollar that begins none of these stays. re2js' own replaceAll reads $1x as group 1 and leaves
 * ${1} as text.
 */
export class RegexTemplate {
  /** The whole result when nothing in it depends on the match. */
  readonly constant: string | undefined;
  /** Text, or the number of a group. */
  readonly #parts: readonly (string | number)[];

  constructor(regex: AnchoredRegex, template: string) {
    const parts: (string | number)[] = [];
    let at = 0;
    for (const found of template.matchAll(/\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu)) {
      parts.push(template.slice(at, found.index));
      at = found.index + found[0].length;
      const name = found[1] ?? found[2];
      if (name === undefined) parts.push('$');
      else if (regex.groupOf(name) >= 0) parts.push(regex.groupOf(name));
    }
    parts.push(template.slice(at));
    this.#parts = parts.filter((part) => part !== '');
    this.constant = this.#parts.some((part) => typeof part === 'number') ? undefined : this.#parts.join('');
  }

  /** With what AnchoredRegex.exec() has found. */
  fill(groups: readonly string[]): string {
    if (this.constant !== undefined) return this.constant;
    let text = '';
    for (const part of this.#parts) text += typeof part === 'number' ? (groups[part] ?? '') : part;
    return text;
  }
}

/** The source of an AnchoredRegex, checked. */
export const RegexSchema = z.string().superRefine((source, context) => {
  try {
    new AnchoredRegex(source);
  } catch (why) {
    context.addIssue({ code: 'custom', message: messageOf(why) });
  }
});
