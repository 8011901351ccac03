import { z } from 'zod';
import { RegexSchema } from './regex.ts';

/** What a rule may do (prometheus/prometheus model/relabel). */
export const relabelActions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;
/** What a rule does. */
export type RelabelAction = (typeof relabelActions)[number];

/** The fields of a rule that are the same as when they are left out. */
const defaults: Readonly<Record<string, unknown>> = { separator: ';', regex: '(.*)', modulus: 0, target_label: '', replacement: '$1' };

/** One relabel rule as Prometheus and Alloy write it. */
export const RelabelRuleSchema = z
  .strictObject({
    source_labels: z.array(z.string()).default([]).describe('Labels whose values are joined and compared; one that is missing is empty.'),
    separator: z.string().default(';').describe('What stands between the joined values.'),
    target_label: z.string().default('').describe('The label to set, for `replace` with $1 or ${name} in it if need be.'),
    regex: RegexSchema.default('(.*)').describe(
      'RE2 pattern for the whole joined value, or for label names with labelmap, labeldrop and labelkeep.',
    ),
    modulus: z.number().int().nonnegative().default(0).describe('What `hashmod` divides the MD5 of the joined value by.'),
    replacement: z
      .string()
      .default('$1')
      .describe('The new value, or the new name with `labelmap`; $1 and ${name} stand for groups of the pattern.'),
    action: z.enum(relabelActions).default('replace').describe('What the rule does.'),
  })
  .superRefine((rule, context) => {
    const fault = relabelRuleFault(rule);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });
/** A checked rule. */
export type RelabelRule = z.output<typeof RelabelRuleSchema>;

// prometheus/prometheus model/relabel: what a label name that holds $1 or ${name} may look like, in a form that needs no backtracking.
const template = /^(?:[a-zA-Z_]|\$\w|\$\{\w+\})(?:\w|\$\w|\$\{\w+\})*$/;

const needTarget: ReadonlySet<RelabelAction> = new Set(['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal']);

/** The fields of a rule that may contradict each other. */
export type RelabelFields = Omit<RelabelRule, 'separator' | 'source_labels'> & {
  readonly separator: string;
  readonly source_labels: readonly string[];
};

/** What is wrong between the fields of a rule, in the words of Prometheus and Alloy; undefined when nothing is. */
export function relabelRuleFault(rule: RelabelFields): string | undefined {
  const { action, target_label: target, replacement, modulus } = rule;
  if (action === 'hashmod' && modulus === 0) return 'relabel configuration for hashmod requires non-zero modulus';
  if (needTarget.has(action) && target === '') return `relabel configuration for ${action} action requires 'target_label' value`;
  const isTemplate = action === 'replace' && target.includes('$');
  if (needTarget.has(action) && (isTemplate ? !template.test(target) : !target.isWellFormed()))
    return `"${target}" is invalid 'target_label' for ${action} action`;
  if ((action === 'lowercase' || action === 'uppercase') && isChanged(rule, 'replacement'))
    return `'replacement' can not be set for ${action} action`;
  if (action === 'labelmap' && !template.test(replacement)) return `"${replacement}" is invalid 'replacement' for labelmap action`;
  if ((action === 'keepequal' || action === 'dropequal') && hasOther(rule, ['source_labels', 'target_label']))
    return `${action} action requires only 'source_labels' and 'target_label', and no other fields`;
  if ((action === 'labeldrop' || action === 'labelkeep') && hasOther(rule, ['regex']))
    return `${action} action requires only 'regex', and no other fields`;
  return undefined;
}

function hasOther(rule: RelabelFields, allowed: readonly string[]): boolean {
  return Object.keys(rule).some((name) => name !== 'action' && !allowed.includes(name) && isChanged(rule, name as keyof RelabelFields));
}

function isChanged(rule: RelabelFields, name: keyof RelabelFields): boolean {
  const value = rule[name];
  return typeof value === 'object' ? value.length > 0 : value !== defaults[name];
}
