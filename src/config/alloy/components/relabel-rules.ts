import { messageOf } from '../../../core/errors.ts';
import { AnchoredRegex } from '../../../core/regex.ts';
import { relabelActions, relabelRuleFault } from '../../../core/relabel-rule.ts';
import type { BlockReader } from '../block-reader.ts';
import { choice, type Decoder, listOf, text, unsigned } from '../decode.ts';
import { list, type Placed, record } from '../placed.ts';
import { AlloyError, placeOf } from '../source.ts';

const action = choice(relabelActions, (found) => `unrecognized action type ${JSON.stringify(found)}; known: ${relabelActions.join(', ')}`);

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
  const fault = relabelRuleFault({
    source_labels: fields.source_labels?.value ?? [],
    separator: fields.separator?.value ?? ';',
    regex: fields.regex?.value ?? '(.*)',
    modulus: fields.modulus?.value ?? 0,
    target_label: fields.target_label?.value ?? '',
    replacement: fields.replacement?.value ?? '$1',
    action: fields.action?.value ?? 'replace',
  });
  if (fault !== undefined) block.error(block.at, fault);
  return placed;
}
