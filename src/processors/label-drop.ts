import { z } from 'zod';
import type { ProcessorFactory } from '../core/component.ts';
import { memoByLabels } from '../core/labels.ts';
import { mapLabels } from '../core/profile.ts';
import { AnchoredRegex, RegexSchema } from '../core/regex.ts';

// What starts with two underscores is internal to whoever collected the profile. Pyroscope needs the profile type and, for cumulative
// profiles, whether they are differences already (grafana/alloy pyroscope.write keeps the same two).
const reservedButSent: ReadonlySet<string> = new Set(['__name__', '__delta__']);

const schema = z.strictObject({
  names: z.array(z.string()).default([]).describe('Labels to remove, by name.'),
  patterns: z.array(RegexSchema).default([]).describe('Labels to remove, by an RE2 pattern that matches the whole name.'),
  reserved: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('What happens to every other label that starts with __, but __name__ and __delta__.'),
  ingest: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('Whether `reserved: drop` holds for profiles that came by /ingest too; Alloy keeps theirs.'),
});

/** Removes labels by name, by pattern, and the reserved ones. */
export const labelDrop: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'label_drop',
  schema,
  removes(config) {
    const named = namesOf(config);
    return (name) => named(name) || (config.reserved === 'drop' && isReserved(name));
  },
  create(config) {
    const named = namesOf(config);
    const drop = memoByLabels((labels) => labels.without(named));
    const dropReserved = memoByLabels((labels) => labels.without((name) => isReserved(name) || named(name)));
    const forPush = config.reserved === 'drop' ? dropReserved : drop;
    const forIngest = config.ingest === 'drop' ? forPush : drop;
    return {
      process: (batch) => mapLabels(batch, (labels, series) => (series.payload.kind === 'ingest' ? forIngest : forPush)(labels)),
    };
  },
};

function namesOf(config: z.output<typeof schema>): (name: string) => boolean {
  const names = new Set(config.names);
  const patterns = config.patterns.map((source) => new AnchoredRegex(source));
  return (name) => names.has(name) || patterns.some((pattern) => pattern.test(name));
}

function isReserved(name: string): boolean {
  return name.startsWith('__') && !reservedButSent.has(name);
}
