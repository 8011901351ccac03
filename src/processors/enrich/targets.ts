import { z } from 'zod';
import { Labels } from '../../core/labels.ts';
import { compileRelabel } from '../../core/relabel.ts';
import { RelabelRuleSchema } from '../../core/relabel-rule.ts';

const LabelsSchema = z.record(z.string(), z.string());

/** Targets as a configuration writes them: labels, or several with relabel rules that are applied first, as discovery.relabel does. */
export const TargetSchema = z.union([
  z.strictObject({ targets: z.array(LabelsSchema), rules: z.array(RelabelRuleSchema).default([]) }),
  LabelsSchema,
]);
/** One entry of `targets`. */
export type TargetEntry = z.output<typeof TargetSchema>;

/** The labels of every target in the order of the list, less those that a rule drops. */
export function targetsOf(entries: readonly TargetEntry[]): Labels[] {
  return entries.flatMap((entry) => {
    if (!isSet(entry)) return [Labels.of(entry)];
    const relabel = compileRelabel(entry.rules, 'legacy');
    return entry.targets.flatMap((target) => relabel(Labels.of(target)) ?? []);
  });
}

type TargetSet = Exclude<TargetEntry, z.output<typeof LabelsSchema>>;

function isSet(entry: TargetEntry): entry is TargetSet {
  return Array.isArray(entry['targets']);
}

/** What Prometheus reads from files and by HTTP (file_sd, http_sd): addresses that share labels. */
const GroupSchema = z.object({ targets: z.array(z.string()), labels: LabelsSchema.default({}) });

const ListSchema = z.array(z.union([GroupSchema, LabelsSchema]));

/**
 * A JSON list of targets: maps of labels, or groups as Prometheus' http_sd has them, each address of which is a target with the label
 * `__address__`. Throws a sentence that says what was expected; it holds nothing of the text.
 */
export function parseTargets(text: string): Labels[] {
  const list = ListSchema.safeParse(parseJson(text));
  if (!list.success) {
    const [at] = list.error.issues[0]?.path ?? [];
    const where = at === undefined ? '' : `, at entry ${Number(at) + 1}`;
    throw new Error(`expected a JSON list of targets, each a map of labels or {"targets": [...], "labels": {...}}${where}`);
  }
  return list.data.flatMap((entry) => {
    const group = GroupSchema.safeParse(entry).data;
    if (group === undefined) return [Labels.of(LabelsSchema.parse(entry))];
    return group.targets.map((address) => Labels.of({ ...group.labels, __address__: address }));
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // what is wrong with it is said as for any other text that is no list
  }
}

/** Value of the label to match by -> the target that has it: of several the last; those without it are left out. */
export function indexTargets(targets: readonly Labels[], label: string): ReadonlyMap<string, Labels> {
  const index = new Map<string, Labels>();
  for (const target of targets) {
    const value = target.get(label);
    if (value) index.set(value, target);
  }
  return index;
}
