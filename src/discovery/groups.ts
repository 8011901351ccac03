import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import type { TargetLabels } from './source.ts';

// As Prometheus writes them in files and HTTP answers: <static_config>, https://prometheus.io/docs/prometheus/latest/http_sd/
const text = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => (value === null ? '' : String(value)));
const GroupSchema = z.object({ targets: z.array(text).default([]), labels: z.record(z.string(), text).nullish() });
const GroupsSchema = z.array(GroupSchema);

const mostAliases = 100;

/**
 * The targets of a list of groups, [{targets: [address], labels: {}}], in JSON or YAML; each with its group's labels and `more`. Throws a
 * sentence that says what is wrong and where.
 */
export function parseGroups(content: string, format: 'json' | 'yaml', more: TargetLabels): TargetLabels[] {
  const found = GroupsSchema.safeParse(readText(content, format));
  if (!found.success) {
    const [issue] = found.error.issues;
    const at = issue?.path.length ? `at ${issue.path.join('.')}: ` : '';
    throw new Error(`expected a list of {targets: [...], labels: {...}}; ${at}${issue?.message ?? 'it is something else'}`);
  }
  return found.data.flatMap(({ targets, labels }) => targets.map((address) => ({ ...labels, ...more, __address__: address })));
}

function readText(content: string, format: 'json' | 'yaml'): unknown {
  try {
    return format === 'json' ? JSON.parse(content) : (parse(content, { maxAliasCount: mostAliases, prettyErrors: true }) ?? []);
  } catch (error) {
    // Of a file that is being written the beginning is there.
    throw new Error(`it is not valid ${format === 'json' ? 'JSON' : 'YAML'}: ${messageOf(error).split('\n', 1)[0]}`, { cause: error });
  }
}
