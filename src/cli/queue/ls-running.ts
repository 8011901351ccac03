import { z } from 'zod';
import { type AdminTarget, askAdmin } from '../admin-client.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { ageText, sizeText, table } from './text.ts';

/** What of GET /api/v1/status this verb shows. */
const StatusSchema = z.object({
  queues: z.array(z.object({ exporter: z.string(), bytes: z.number(), capacity_bytes: z.number() })),
  endpoints: z.array(
    z.object({
      exporter: z.string(),
      endpoint: z.string(),
      state: z.string(),
      queued: z.number(),
      oldest_age_seconds: z.number().nullable(),
      dead_lettered: z.record(z.string(), z.number()),
    }),
  ),
});

/** `flamegate queue ls --admin H:P`: the queues of a gateway that runs, in profiles; what it counts as dead letters is since its start. */
export async function runRunningQueueLs({ json, ...target }: AdminTarget & { readonly json: boolean }, io: Io): Promise<number> {
  const { queues, endpoints } = StatusSchema.parse(await (await askAdmin(target, '/api/v1/status')).json());
  if (json) {
    io.stdout.write(`${JSON.stringify({ queues, endpoints })}\n`);
    return exitCode.ok;
  }
  const sizes = queues.map(({ exporter, bytes, capacity_bytes }) => [exporter, sizeText(bytes), sizeText(capacity_bytes)]);
  io.stdout.write(table(['QUEUE OF', ' SIZE', ' MAX SIZE'], sizes));
  const rows = endpoints.map(({ exporter, endpoint, state, queued, oldest_age_seconds, dead_lettered }) => {
    const dead = Object.values(dead_lettered).reduce((sum, count) => sum + count, 0);
    const oldest = queued === 0 || oldest_age_seconds === null ? undefined : oldest_age_seconds * 1000;
    return [exporter, endpoint, String(queued), ageText(oldest), String(dead), state];
  });
  io.stdout.write(`\n${table(['EXPORTER', 'ENDPOINT', ' PROFILES', ' OLDEST', ' DEAD', 'STATE'], rows)}`);
  return exitCode.ok;
}
