import { z } from 'zod';
import { RelabelRuleSchema } from '../../core/relabel-rule.ts';
import { DurationSchema, SizeSchema } from '../../core/units.ts';
import { clientShape, SourceSchema, TargetSchema } from '../../discovery/schema.ts';
import { refineHttpClient } from '../../net/client/schema.ts';
import { enabledKinds } from './profiles.ts';

const KindSchema = z.strictObject({
  enabled: z.boolean().optional(),
  path: z.string().optional().describe('below path_prefix'),
  delta: z.boolean().optional().describe('ask for it with `seconds`: a profile that is taken over a time'),
});

const ProfilingSchema = z
  .strictObject({
    path_prefix: z.string().default('').describe('before the path of every profile'),
    profiles: z
      .record(z.string().min(1), KindSchema)
      .default({})
      .describe(
        'by name: memory, block, goroutine, mutex and process_cpu are on, fgprof and godeltaprof_memory, _mutex, _block are off; any other name is a custom profile and needs a path',
      ),
  })
  .superRefine(({ profiles }, context) => {
    for (const kind of enabledKinds(profiles))
      if (kind.path === '')
        context.addIssue({ code: 'custom', path: ['profiles', kind.kind], message: 'expected a path such as /debug/pprof/heap' });
  });

const ShardSchema = z
  .strictObject({
    index: z.int().min(0).describe('which of them this gateway is, from 0'),
    total: z.int().min(1).describe('how many gateways share the targets'),
  })
  .refine(({ index, total }) => index < total, { path: ['index'], message: 'expected an index below total' });

/** Keys of a `scrape` receiver. Those that Alloy has keep their names, defaults and rules. */
export const ScrapeReceiverSchema = z
  .strictObject({
    targets: z.array(TargetSchema).default([]).describe('targets as maps of labels, with __address__'),
    discovery: z.array(SourceSchema).default([]).describe('where more targets come from'),
    rules: z.array(RelabelRuleSchema).default([]).describe('relabel rules for every target'),
    job_name: z.string().default('').describe('the label `job` of targets that have none'),
    scheme: z.enum(['http', 'https']).default('http').describe('of targets without __scheme__'),
    params: z.record(z.string(), z.array(z.string())).default({}).describe('query parameters of every request'),
    scrape_interval: DurationSchema.refine((ms) => ms > 0, 'scrape_interval must be greater than 0').default(15_000),
    scrape_timeout: DurationSchema.refine((ms) => ms > 0, 'scrape_timeout must be greater than 0')
      .default(10_000)
      .describe('duration: one request; a profile that is taken over a time has scrape_interval - 1s more'),
    delta_profiling_duration: DurationSchema.default(14_000).describe(
      'duration: how long such a profile is taken; 14s means scrape_interval - 1s',
    ),
    profiling_config: ProfilingSchema.prefault({}),
    limits: z
      .strictObject({
        max_profile_size: SizeSchema.default(32 * 2 ** 20).describe('size of one answer; above it the scrape has failed'),
        max_inflated_size: SizeSchema.default(256 * 2 ** 20).describe('size of a profile once it is inflated'),
        max_held_size: SizeSchema.default(256 * 2 ** 20).describe(
          'size of all answers that are held at once, at least max_profile_size; what does not fit is skipped and counted',
        ),
        max_target_series: z.int().min(0).default(1000).describe('so many targets have metrics of their own; the rest only count'),
      })
      .prefault({}),
    shard: ShardSchema.optional().describe('several gateways with the same targets share them by hash'),
    ...clientShape,
  })
  .superRefine((scrape, context) => {
    refineHttpClient({ ...scrape, remote_timeout: scrape.scrape_timeout }, context);
    if (!enabledKinds(scrape.profiling_config.profiles).some(({ delta }) => delta)) return;
    const fault = deltaFault(scrape.scrape_interval, scrape.delta_profiling_duration);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: [fault.key], message: fault.message });
  });

/** What a scrape receiver is made of. */
export type ScrapeConfig = z.output<typeof ScrapeReceiverSchema>;

/** Alloy's rules for profiles that are taken over a time, in its words. */
function deltaFault(intervalMs: number, durationMs: number): { key: string; message: string } | undefined {
  if (intervalMs < 2000)
    return { key: 'scrape_interval', message: 'scrape_interval must be at least 2 seconds when using delta profiling' };
  const key = 'delta_profiling_duration';
  if (durationMs <= 1000) return { key, message: 'delta_profiling_duration must be larger than 1 second when using delta profiling' };
  if (durationMs > intervalMs - 1000)
    return { key, message: 'delta_profiling_duration must be at least 1 second smaller than scrape_interval when using delta profiling' };
  return undefined;
}
