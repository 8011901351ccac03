import { z } from 'zod';
import type { TargetRow } from '../service/parts.ts';
import { json, type Operation } from './operation.ts';
import { isoTime } from './status.ts';
import { TargetCountsSchema } from './status-schema.ts';

const healths = ['up', 'down', 'unknown'] as const;

const TargetsSchema = TargetCountsSchema.extend({
  shown: z.number(),
  left_out: z.number().describe('That were asked for and are not in this answer, those before the offset included.'),
  targets: z.array(
    z.object({
      receiver: z.string(),
      instance: z.string(),
      service: z.string(),
      profile_type: z.string(),
      url: z.string().describe('Without its query.'),
      health: z.enum(healths),
      error: z.string().describe('Why it is down; empty when it is not.'),
      last_scrape: z.string().nullable().describe('null: not yet.'),
      duration_seconds: z.number(),
      size_bytes: z.number().describe('Of the last profile.'),
      failures: z.number().describe('In a row.'),
    }),
  ),
});

const ErrorSchema = z.object({ error: z.string() });
const usuallyShown = 1000;
const mostShown = 10_000;

/** GET /api/v1/targets. */
export const targetsOperation: Operation = {
  id: 'targets',
  method: 'GET',
  path: '/api/v1/targets',
  summary: 'What is scraped: each profile of each target with its last scrape, in the order of receivers, instances and profiles.',
  query: {
    limit: `At most so many, up to ${mostShown}; ${usuallyShown} where it is not given.`,
    offset: 'Without the first so many, 0 where it is not given.',
    receiver: 'Of this receiver alone.',
    instance: 'Of this instance alone.',
    health: '`up`, `down` or `unknown` alone.',
  },
  answers: {
    200: { description: 'The targets.', content: { 'application/json': TargetsSchema } },
    400: { description: 'A parameter makes no sense.', content: { 'application/json': ErrorSchema } },
  },
  run: async ({ query }, api) => {
    const { limit = String(usuallyShown), offset = '0', receiver, instance, health } = query;
    if (!/^[1-9]\d{0,4}$/.test(limit) || Number(limit) > mostShown)
      return json(400, { error: `limit: expected a number from 1 to ${mostShown}, found ${JSON.stringify(limit)}` });
    if (!/^\d{1,9}$/.test(offset))
      return json(400, { error: `offset: expected a number from 0 to 999999999, found ${JSON.stringify(offset)}` });
    if (health !== undefined && !healths.some((one) => one === health))
      return json(400, { error: `health: expected up, down or unknown, found ${JSON.stringify(health)}` });
    const rows = api.targets();
    const wanted = rows.filter(
      (row) =>
        (receiver === undefined || row.receiver === receiver) &&
        (instance === undefined || row.instance === instance) &&
        (health === undefined || row.health === health),
    );
    wanted.sort((a, b) => compare(a.receiver, b.receiver) || compare(a.instance, b.instance) || compare(a.profile, b.profile));
    const targets = wanted.slice(Number(offset), Number(offset) + Number(limit)).map(shown);
    return json(200, { ...countsOf(rows), shown: targets.length, left_out: wanted.length - targets.length, targets });
  },
};

/** Counts them. */
export function countsOf(rows: readonly TargetRow[]): z.output<typeof TargetCountsSchema> {
  const counts = { known: rows.length, up: 0, down: 0, unknown: 0 };
  for (const { health } of rows) counts[health] += 1;
  return counts;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function shown(row: TargetRow): z.output<typeof TargetsSchema>['targets'][number] {
  return {
    receiver: row.receiver,
    instance: row.instance,
    service: row.service,
    profile_type: row.profile,
    url: row.url,
    health: row.health,
    error: row.error,
    last_scrape: row.lastScrapeAt === 0 ? null : isoTime(row.lastScrapeAt),
    duration_seconds: row.durationMs / 1000,
    size_bytes: row.sizeBytes,
    failures: row.failures,
  };
}
