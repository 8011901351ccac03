import { z } from 'zod';
import type { SenderRow } from '../service/senders.ts';
import { json, type Operation } from './operation.ts';
import { isoTime } from './status.ts';

const byReason = z.record(z.string(), z.number());

const SendersSchema = z.object({
  known: z.number(),
  shown: z.number(),
  silent: z.number(),
  senders: z.array(
    z.object({
      tenant: z.string(),
      service: z.string(),
      profile_type: z.string().describe('The label __name__; empty where that is the name of the service, as on /ingest.'),
      last_seen: z.string(),
      interval_seconds: z.number().nullable().describe('How far apart its sendings usually are; null until it was seen three times.'),
      silent: z.boolean().describe('Nothing has come for more than five of its own intervals.'),
      profiles: z.number(),
      bytes: z.number(),
      agent: z.string(),
      address: z.string(),
      receiver: z.string(),
      refused_profiles: byReason,
      dead_lettered_profiles: byReason,
      last_error: z.object({ at: z.string(), reason: z.string(), message: z.string() }).nullable(),
    }),
  ),
});

const ErrorSchema = z.object({ error: z.string() });
const mostShown = 1000;

/** GET /api/v1/senders. */
export const sendersOperation: Operation = {
  id: 'senders',
  method: 'GET',
  path: '/api/v1/senders',
  summary: 'Who sends: by tenant, service and profile type, the newest first. Those that send least are forgotten above 10,000.',
  query: {
    limit: `At most so many, ${mostShown} where it is not given.`,
    tenant: 'Of this tenant alone.',
    service: 'Of this service alone.',
    only: '`silent`: those that fell silent; `failing`: those with a refusal or a dead letter.',
  },
  answers: {
    200: { description: 'The table.', content: { 'application/json': SendersSchema } },
    400: { description: 'A parameter makes no sense.', content: { 'application/json': ErrorSchema } },
  },
  run: async ({ query }, api) => {
    const { limit = String(mostShown), tenant, service, only } = query;
    if (!/^[1-9]\d{0,5}$/.test(limit))
      return json(400, { error: `limit: expected a number from 1 to 999999, found ${JSON.stringify(limit)}` });
    if (only !== undefined && only !== 'silent' && only !== 'failing')
      return json(400, { error: `only: expected silent or failing, found ${JSON.stringify(only)}` });
    const rows = api.senders();
    const wanted = rows.filter((row) => {
      if (tenant !== undefined && row.tenant !== tenant) return false;
      if (service !== undefined && row.service !== service) return false;
      return only === undefined || (only === 'silent' ? row.silent : row.lastError !== undefined);
    });
    const senders = wanted.slice(0, Number(limit)).map(shown);
    return json(200, { known: rows.length, shown: senders.length, silent: rows.filter(({ silent }) => silent).length, senders });
  },
};

function shown(row: SenderRow): z.output<typeof SendersSchema>['senders'][number] {
  const { lastError } = row;
  return {
    tenant: row.tenant,
    service: row.service,
    profile_type: row.type,
    last_seen: isoTime(row.lastSeen),
    interval_seconds: row.intervalSeconds ?? null,
    silent: row.silent,
    profiles: row.profiles,
    bytes: row.bytes,
    agent: row.agent,
    address: row.address,
    receiver: row.receiver,
    refused_profiles: row.refused,
    dead_lettered_profiles: row.deadLettered,
    last_error: lastError === undefined ? null : { at: isoTime(lastError.at), reason: lastError.reason, message: lastError.message },
  };
}
