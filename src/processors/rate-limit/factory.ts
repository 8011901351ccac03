import { z } from 'zod';
import type { ProcessorFactory } from '../../core/component.ts';
import { Refused } from '../../core/errors.ts';
import { groupKey, groupLabels, groupWords } from '../../core/group-key.ts';
import { countProfiles, filterSeries, type ProfileBatch, payloadBytes, type Series } from '../../core/profile.ts';
import { formatSize } from '../../core/units.ts';
import { Buckets, type Rates } from './buckets.ts';

const schema = z.strictObject({
  per: z
    .array(z.string())
    .default(['tenant'])
    .describe('What has a rate of its own: `tenant`, names of labels, or several together. None: everything shares one.'),
  profiles_per_second: z.number().nonnegative().default(0).describe('Profiles a second; 0 is no limit.'),
  bytes_per_second: z.number().nonnegative().default(0).describe('Bytes of profiles a second, as they were sent; 0 is no limit.'),
  burst: z.number().positive().default(2).describe('How many seconds of the rate may pass at once after a pause.'),
  action: z
    .enum(['refuse', 'drop'])
    .default('refuse')
    .describe('What happens above the rate: the sender is told 429 and when to come again, or it is told 200 and the series is gone.'),
  max_keys: z.number().int().positive().default(10_000).describe('How many tenants or values are told apart; more of them share one rate.'),
});

/** Token buckets per tenant or label, by profiles and by bytes. */
export const rateLimit: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'rate_limit',
  schema,
  reasons: ['rate_limited'],
  advise: ({ profiles_per_second: profiles, bytes_per_second: bytes }) =>
    profiles === 0 && bytes === 0 ? [{ path: [], message: 'limits nothing: set profiles_per_second or bytes_per_second' }] : [],
  reads: ({ per }) => groupLabels(per),
  create(config, { clock }) {
    const { per, profiles_per_second: profiles, bytes_per_second: bytes, burst, action, max_keys: maxKeys } = config;
    const buckets = new Buckets({ profiles, bytes }, burst, maxKeys);
    const limits = [...(profiles > 0 ? [`${profiles} profiles/s`] : []), ...(bytes > 0 ? [`${formatSize(bytes)} bytes/s`] : [])].join(
      ' and ',
    );

    /** All of it or nothing: a sender that is refused sends all of it again. */
    function refuseAbove(batch: ProfileBatch): ProfileBatch {
      const now = clock.monotonic();
      const costs = costByKey(batch, per);
      let longest = 0;
      let slowest: Series | undefined;
      for (const [key, { cost, series }] of costs) {
        const wait = buckets.wait(key, cost, now);
        if (wait > longest) [longest, slowest] = [wait, series];
      }
      if (slowest !== undefined) {
        const who = per.length === 0 ? 'the gateway' : groupWords(slowest, per);
        throw new Refused('rate', `${who} is above its rate of ${limits}`, longest);
      }
      for (const [key, { cost }] of costs) buckets.take(key, cost, now);
      return batch;
    }

    return {
      process(batch, drop) {
        if (action === 'refuse') return refuseAbove(batch);
        const now = clock.monotonic();
        return filterSeries(batch, (series) => {
          const key = groupKey(series, per);
          const cost = costOf(series);
          if (buckets.wait(key, cost, now) > 0) {
            drop(series, 'rate_limited');
            return false;
          }
          buckets.take(key, cost, now);
          return true;
        });
      },
    };
  },
};

function costOf(series: Series): Rates {
  return { profiles: countProfiles(series), bytes: payloadBytes(series) };
}

function costByKey(batch: ProfileBatch, per: readonly string[]): ReadonlyMap<string, { readonly cost: Rates; readonly series: Series }> {
  const costs = new Map<string, { cost: Rates; series: Series }>();
  for (const series of batch.series) {
    const key = groupKey(series, per);
    const before = costs.get(key)?.cost ?? { profiles: 0, bytes: 0 };
    const cost = costOf(series);
    costs.set(key, { cost: { profiles: before.profiles + cost.profiles, bytes: before.bytes + cost.bytes }, series });
  }
  return costs;
}
