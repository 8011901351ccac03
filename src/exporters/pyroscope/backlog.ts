import type { Host } from '../../core/component.ts';
import type { Cursor, Lease } from '../../queue/log.ts';

/** Shows what waits in the cursor of an endpoint, and for how long. */
export function showBacklog(host: Host, name: string, cursor: () => Cursor | undefined): void {
  const labels = { exporter: host.id, endpoint: name };
  host.metrics.gauge(
    'flamegate_endpoint_queued_profiles',
    'Profiles that wait for delivery, those under way included.',
    () => cursor()?.stats.profiles ?? 0,
    labels,
  );
  host.metrics.gauge(
    'flamegate_endpoint_oldest_age_seconds',
    'Age of the oldest profile that waits for delivery, 0 when there is none.',
    () => {
      const receivedAt = cursor()?.stats.oldestReceivedAt;
      return receivedAt === undefined ? 0 : Math.max(0, host.clock.now() - receivedAt) / 1000;
    },
    labels,
  );
}

/** Takes whatever was received before then and ends it, one after the other, until there is no more or `end` says that it could not. */
export async function takeAll(cursor: Cursor, receivedBefore: number, end: (lease: Lease) => Promise<boolean>): Promise<void> {
  for (let going = true; going; ) {
    const lease = await cursor.takeExpired(receivedBefore);
    going = lease !== undefined && (await end(lease));
  }
}
