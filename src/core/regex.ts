import { type Matcher, RE2JS } from 're2js';
import { z } from 'zod';
import { messageOf } from './errors.ts';

/**
 * A regular expression as Prometheus has them: RE2, anchored at both ends, and the dot matches a newline (Prometheus 3.0 model/relabel).
 * Runs in time linear in the text, so a pattern from a config file cannot stall the gateway.
 */
export class AnchoredRegex {
  /** As the user wrote it. */
  readonly source: string;
  readonly #pattern: RE2JS;

  /** Throws a SyntaxError that says what RE2 does not take. */
  constructor(source: string) {
    this.source = source;
    try {
      this.#pattern = RE2JS.compile(`^(?s:${source})$`);
    } catch (why) {
      throw new SyntaxError(`invalid regular expression ${JSON.stringify(source)}: ${why instanceof Error ? why.message : String(why)}`, {
        cause: why,
      });
    }
  }

  /** Whether it matches all of the text. */
  test(text: string): boolean {
    return this.#pattern.matcher(text).find();
  }

  /** The template with the groups of the match in their places; undefined when the text does not match. */
  expand(text: string, template: string): string | undefined {
    const matcher = this.#pattern.matcher(text);
    return matcher.find() ? expandTemplate(template, matcher, this.#pattern) : undefined;
  }
}

/**
 * Go's regexp.Expand: $1, $name, ${1}, ${name}; $1x is the group named "1x"; $$ is a dollar; an unknown group is empty; a dollar that begins
 * none of these stays. re2js' own replaceAll reads $1x as group 1 and leaves ${1} as text.
 */
function expandTemplate(template: string, matcher: Matcher, pattern: RE2JS): string {
  return template.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, bare: string | undefined, braced: string | undefined) => {
    const name = bare ?? braced;
    if (name === undefined) return whole === '$$' ? '$' : whole;
    if (/^\d+$/.test(name)) return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
    return name in pattern.namedGroups() ? (matcher.group(name) ?? '') : '';
  });
}

/** The source of an AnchoredRegex, checked. */
export const RegexSchema = z.string().superRefine((source, context) => {
  try {
    new AnchoredRegex(source);
  } catch (why) {
    context.addIssue({ code: 'custom', message: messageOf(why) });
  }
});
