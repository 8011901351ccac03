import { z } from 'zod';

const profiles = z.number();
const byReason = z.record(z.string(), profiles);
/** null: not known yet, or nothing to say. */
const seconds = z.number().nullable();
const state = z.enum(['ok', 'degraded', 'unready']);

const ComponentStatus = z.object({
  kind: z.enum(['receiver', 'processor', 'exporter']),
  id: z.string(),
  type: z.string(),
  state,
  reason: z.string().describe('Why it is not ok; empty when it is.'),
});

const ReceiverStatus = z.object({
  receiver: z.string(),
  received_profiles: profiles,
  received_bytes: z.number(),
  refused_profiles: profiles,
  refused_requests: z.record(z.string(), z.number()).describe('By reason; those that never happened are left out.'),
  received_profiles_per_second: z.number().describe('Over the last minute.'),
});

const QueueStatus = z.object({
  exporter: z.string(),
  bytes: z.number(),
  capacity_bytes: z.number(),
  disk_free_bytes: z.number().nullable().describe('null with a queue in memory.'),
  time_to_full_seconds: seconds.describe('At the rate of the last minute if nothing were delivered; null when it never fills.'),
  damaged_records: z.number(),
});

const EndpointStatus = z.object({
  exporter: z.string(),
  endpoint: z.string(),
  state: z.string().describe('ok, backing_off, limited, refusing, down or paused'),
  reason: z.string().describe('Why it is not ok, with what to change where that is known; empty when it is.'),
  breaker_open: z.boolean(),
  concurrency: z.number().nullable().describe('Attempts that may be under way together; 0: no limit.'),
  oldest_age_seconds: seconds,
  last_delivery: z.string().nullable().describe('When a profile was taken last; null: not since the start.'),
  accepted: profiles,
  recovered: profiles,
  delivered: profiles,
  queued: profiles,
  dropped: byReason,
  dead_lettered: byReason,
  unaccounted: profiles.describe(
    'accepted + recovered - delivered - queued - dropped - dead_lettered: 0 at any quiet point, for a moment something else while profiles are moved.',
  ),
  accepted_profiles_per_second: z.number().describe('Over the last minute.'),
  delivered_profiles_per_second: z.number().describe('Over the last minute.'),
  attempts: z.record(z.string(), z.number()).describe('By class of the status: 2xx, 4xx, error for no answer.'),
});

const FlowStatus = z.object({
  exporter: z.string(),
  offered: profiles.describe('received - refused - dropped by processors, of everything that leads to this exporter.'),
  accepted: profiles,
  unaccounted: profiles.describe('offered - accepted: 0 at any quiet point since the start or the last reload that changed the pipelines.'),
});

/** How many profiles of targets there are, by how their last scrape went. */
export const TargetCountsSchema = z.object({
  known: z.number(),
  up: z.number(),
  down: z.number(),
  unknown: z.number().describe('Not scraped yet.'),
});

/** GET /api/v1/status. Numbers of profiles count since the start of the process. */
export const StatusSchema = z.object({
  version: z.string(),
  node: z.string(),
  pid: z.number(),
  started: z.string(),
  uptime_seconds: z.number(),
  ready: z.object({ ok: z.boolean(), reasons: z.array(z.string()) }),
  config: z.object({
    files: z.array(z.string()),
    hash: z.string(),
    last_reload: z.object({ ok: z.boolean(), at: z.string() }).nullable().describe('null: none since the start.'),
    certificates: z.array(z.object({ file: z.string(), subject: z.string(), not_after: z.string(), days_left: z.number() })),
  }),
  log_level: z.string(),
  pipelines: z.array(
    z.object({
      name: z.string(),
      receivers: z.array(z.string()),
      processors: z.array(z.string()),
      exporters: z.array(z.string()),
      pipelines: z.array(z.string()),
      dropped: z.record(z.string(), byReason).describe('By processor and reason.'),
    }),
  ),
  components: z.array(ComponentStatus),
  receivers: z.array(ReceiverStatus),
  queues: z.array(QueueStatus),
  endpoints: z.array(EndpointStatus),
  account: z.array(FlowStatus),
  senders: z.object({ known: z.number(), silent: z.number() }),
  targets: TargetCountsSchema.describe('Profiles of targets that are scraped; GET /api/v1/targets lists them.'),
});

/** What GET /api/v1/status answers. */
export type StatusDocument = z.output<typeof StatusSchema>;
