import { z } from 'zod';
import { DurationSchema } from '../../core/units.ts';
import { httpClientShape, refineHttpClient } from '../../net/client/schema.ts';
import { QueueSchema } from '../../queue/schema.ts';

/** One endpoint: every key of Alloy's `endpoint` block under its name and with its default, and ours. */
const EndpointSchema = z
  .strictObject({
    ...httpClientShape,
    name: z.string().default('').describe('unique within the exporter, identity of its backlog; default host:port and path of the url'),
    protocol: z.enum(['connect', 'grpc']).default('connect').describe('how pushes are sent; /ingest always goes by HTTP to the same url'),
    min_backoff_period: DurationSchema.default(500).describe('duration: shortest wait between two attempts'),
    max_backoff_period: DurationSchema.default(300_000).describe('duration: longest wait between two attempts'),
    max_backoff_retries: z
      .int()
      .optional()
      .describe('attempts in all; 0: until max_age, with ack: delivered until the sender leaves. Default 10 with ack: delivered, else 0'),
    retry_on_http_429: z.boolean().default(true).describe('false: a 429 is the end of the profile'),
    debug_info_upload_timeout: DurationSchema.default(120_000).describe('duration: one upload of debug information'),
  })
  .superRefine(refineHttpClient);

/** Configuration of an exporter of type `pyroscope`. */
export const PyroscopeExporterSchema = z
  .strictObject({
    endpoints: z.array(EndpointSchema).describe('where every profile goes, each to all of them; none: profiles are taken and thrown away'),
    ack: z
      .enum(['queued', 'durable', 'delivered'])
      .optional()
      .describe(
        'when the sender is told 200: queued in memory, on disk, or delivered to every endpoint. Default durable with a disk queue, else queued',
      ),
    queue: QueueSchema.prefault({ type: 'memory' }),
    compatibility: z
      .enum(['pyroscope', 'alloy'])
      .default('pyroscope')
      .describe('alloy: what a pyroscope.write component of an .alloy file means'),
    tracing: z
      .strictObject({
        trace_context_propagator: z.boolean().default(true).describe('send traceparent'),
        jaeger_propagator: z.boolean().default(true).describe('send uber-trace-id'),
      })
      .prefault({}),
  })
  .superRefine((config, context) => {
    const issue = (path: (string | number)[], message: string): void => void context.addIssue({ code: 'custom', path, message });
    if (config.ack === 'durable' && config.queue.type === 'memory') {
      issue(['ack'], 'ack: durable needs a queue that survives the process: set queue.type to disk, or ack to queued');
    }
    if (config.ack === 'delivered' && config.queue.type !== 'memory') {
      issue(
        ['ack'],
        `ack: delivered needs a memory queue, found queue.type ${config.queue.type}: what is on disk has nobody who waits for it`,
      );
    }
    const seen = new Map<string, number>();
    for (const [at, { name }] of config.endpoints.entries()) {
      // In Alloy the name is no identity and may stand twice.
      if (name === '' || config.compatibility === 'alloy') continue;
      const first = seen.get(name);
      if (first !== undefined) issue(['endpoints', at, 'name'], `the name ${JSON.stringify(name)} is already that of endpoints[${first}]`);
      seen.set(name, first ?? at);
    }
  });

/** An exporter's configuration as it was written, defaults filled in. */
export type PyroscopeExporterConfig = z.output<typeof PyroscopeExporterSchema>;

/** One of its endpoints. */
export type EndpointConfig = PyroscopeExporterConfig['endpoints'][number];

/** When the sender is told. */
export type Ack = 'queued' | 'durable' | 'delivered';

/** `ack` where it is not written follows from the queue. */
export function ackOf(config: PyroscopeExporterConfig): Ack {
  return config.ack ?? (config.queue.type === 'memory' ? 'queued' : 'durable');
}

/** Alloy's default of max_backoff_retries. */
const alloyAttempts = 10;

/** `max_backoff_retries` where it is not written follows from `ack`. 0: no limit. */
export function attemptsOf({ max_backoff_retries }: EndpointConfig, ack: Ack): number {
  return max_backoff_retries ?? (ack === 'delivered' ? alloyAttempts : 0);
}
