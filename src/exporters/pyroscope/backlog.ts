import type { Host } from '../../core/component.ts';
import { type Cursor, type Lease, recordSize } from '../../queue/log.ts';

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

// So many end together and share one write of the dead letters; their bodies are in memory meanwhile.
const mostTogether = 64;
const mostBytesTogether = 8 * 2 ** 20;

/** Takes whatever was received before then and ends it, some at a time, until there is no more, `end` says that it could not, or the signal
 *  aborts. Resolves when every one that it took has ended. */
export async function takeAll(
  cursor: Cursor,
  receivedBefore: number,
  end: (lease: Lease) => Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  for (let going = true; going && !signal?.aborted; ) {
    const leases = await takeSome(cursor, receivedBefore);
    const ended = await Promise.all(leases.map(end));
    going = leases.length > 0 && ended.every((done) => done);
  }
}

async function takeSome(cursor: Cursor, receivedBefore: number): Promise<readonly Lease[]> {
  const leases: Lease[] = [];
  for (let bytes = 0; leases.length < mostTogether && bytes < mostBytesTogether; ) {
    const lease = await cursor.takeExpired(receivedBefore);
    if (lease === undefined) break;
    leases.push(lease);
    bytes += recordSize(lease.record);
  }
  return leases;
}
