import { messageOf } from '../../../core/errors.ts';
import { AnchoredRegex } from '../../../core/regex.ts';
import type { BlockReader } from '../block-reader.ts';
import { choice, type Decoder, listOf, text, unsigned } from '../decode.ts';
import { list, type Placed, record } from '../placed.ts';
import { AlloyError, placeOf } from '../source.ts';

const actions = [
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
type Action = (typeof actions)[number];

const action = choice(actions, (found) => `unrecognized action type ${JSON.stringify(found)}; known: ${actions.join(', ')}`);

/** A pattern that RE2 takes. */
const regex: Decoder<string> = (part) => {
  const pattern = text(part);
  try {
    new AnchoredRegex(pattern.value);
  } catch (why) {
    throw new AlloyError(part.expression.at, messageOf(why));
  }
  return pattern;
};

/** The `rule` blocks of a relabel component, under the names that the YAML file has for them too. */
export function readRules(block: BlockReader): Placed<readonly unknown[]> {
  return list(block.blocks('rule').map(readRule), placeOf(block.at));
}

interface Rule {
  readonly action: Action;
  readonly target: string;
  readonly replacement: string;
  readonly modulus: number;
  /** Which fields were written and are not the default. */
  readonly changed: ReadonlySet<string>;
}

const defaults: Readonly<Record<string, unknown>> = { separator: ';', regex: '(.*)', modulus: 0, target_label: '', replacement: '$1' };

function readRule(block: BlockReader): Placed<unknown> {
  const fields = {
    source_labels: block.attribute('source_labels', listOf(text)),
    separator: block.attribute('separator', text),
    regex: block.attribute('regex', regex),
    modulus: block.attribute('modulus', unsigned),
    target_label: block.attribute('target_label', text),
    replacement: block.attribute('replacement', text),
    action: block.attribute('action', action),
  };
  block.finish();
  const placed = record<unknown>(fields, placeOf(block.at));
  // Of an action that nobody knows nothing can be said.
  if (block.has('action') && fields.action === undefined) return placed;
  const changed = Object.entries(fields).filter(([name, field]) => field !== undefined && isChanged(name, field.value));
  const fault = faultOf({
    action: fields.action?.value ?? 'replace',
    target: fields.target_label?.value ?? '',
    replacement: fields.replacement?.value ?? '$1',
    modulus: fields.modulus?.value ?? 0,
    changed: new Set(changed.map(([name]) => name)),
  });
  if (fault !== undefined) block.error(block.at, fault);
  return placed;
}

function isChanged(name: string, value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== defaults[name];
}

// prometheus/prometheus model/relabel: what a label name that holds $1 or ${name} may look like, in a form that needs no backtracking.
const template = /^(?:[a-zA-Z_]|\$\w|\$\{\w+\})(?:\w|\$\w|\$\{\w+\})*$/;

/** What is wrong between the fields of a rule, in Alloy's words. */
function faultOf({ action, target, replacement, modulus, changed }: Rule): string | undefined {
  if (action === 'hashmod' && modulus === 0) return 'relabel configuration for hashmod requires non-zero modulus';
  const needsTarget = ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'].includes(action);
  if (needsTarget && target === '') return `relabel configuration for ${action} action requires 'target_label' value`;
  const isTemplate = action === 'replace' && target.includes('$');
  if (needsTarget && (isTemplate ? !template.test(target) : !target.isWellFormed()))
    return `"${target}" is invalid 'target_label' for ${action} action`;
  if ((action === 'lowercase' || action === 'uppercase') && changed.has('replacement'))
    return `'replacement' can not be set for ${action} action`;
  if (action === 'labelmap' && !template.test(replacement)) return `"${replacement}" is invalid 'replacement' for labelmap action`;
  if ((action === 'keepequal' || action === 'dropequal') && hasOther(changed, ['action', 'source_labels', 'target_label']))
    return `${action} action requires only 'source_labels' and 'target_label', and no other fields`;
  if ((action === 'labeldrop' || action === 'labelkeep') && hasOther(changed, ['action', 'regex']))
    return `${action} action requires only 'regex', and no other fields`;
  return undefined;
}

function hasOther(changed: ReadonlySet<string>, allowed: readonly string[]): boolean {
  return [...changed].some((name) => !allowed.includes(name));
}
