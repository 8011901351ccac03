import type { Clock } from '../core/clock.ts';
import type { Labels } from '../core/labels.ts';
import { countProfiles, type ProfileBatch, type Series } from '../core/profile.ts';
import { TopKeys } from './top-keys.ts';
import { UsualInterval } from './usual-interval.ts';

/** One sender as GET /api/v1/senders shows it: a tenant's service and one of its profile types. */
export interface SenderRow {
  readonly tenant: string;
  readonly service: string;
  readonly type: string;
  readonly agent: string;
  readonly address: string;
  readonly receiver: string;
  readonly profiles: number;
  readonly bytes: number;
  /** Milliseconds since the Unix epoch. */
  readonly lastSeen: number;
  /** Seconds; undefined until it was seen three times. */
  readonly intervalSeconds: number | undefined;
  /** Nothing has come for more than five of its own intervals. */
  readonly silent: boolean;
  readonly refused: Readonly<Record<string, number>>;
  readonly deadLettered: Readonly<Record<string, number>>;
  /** The last refusal, by the gateway or for good by a backend; undefined: there was none. */
  readonly lastError: { readonly at: number; readonly reason: string; readonly message: string } | undefined;
}

const mostSenders = 10_000;
/** A sender that has been silent for so long was taken away. */
const forgottenAfterMs = 24 * 3_600_000;
const silentAfterIntervals = 5;
const longestMessage = 300;

/** Who sends: bounded by space-saving, so that those who send most are never lost among those who send once. */
export class Senders {
  readonly #clock: Clock;
  readonly #rows = new TopKeys<Row>(mostSenders);
  /** Label sets come again as the same object: then no key is made. */
  readonly #byLabels = new WeakMap<Labels, Row>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A batch has arrived. */
  arrived(batch: ProfileBatch): void {
    const now = this.#clock.monotonic();
    for (const series of batch.series) {
      const row = this.#row(batch.origin.tenant === '' ? series.tenant : batch.origin.tenant, series);
      if (row.lastAt !== now) row.interval.seen(now); // series of one batch are one arrival
      row.lastAt = now;
      row.batch = batch;
      row.profiles += countProfiles(series);
      row.bytes += bytesOf(series);
    }
  }

  /** A batch was refused. */
  refused(batch: ProfileBatch, reason: string, message: string): void {
    for (const series of batch.series) {
      const row = this.#row(batch.origin.tenant === '' ? series.tenant : batch.origin.tenant, series);
      this.#note(row, row.refused, countProfiles(series), reason, message);
    }
  }

  /** A backend has said no to profiles of these labels for good. */
  deadLettered(tenant: string, labels: Labels, profiles: number, reason: string, message: string): void {
    const [service, type] = nameOf(labels);
    const row = this.#rows.peek(keyOf(tenant, service, type));
    if (row !== undefined) this.#note(row, row.deadLettered, profiles, reason, message);
  }

  /** Those that were seen within a day, the newest first. */
  rows(): SenderRow[] {
    const now = this.#clock.monotonic();
    const wall = this.#clock.now();
    return [...this.#rows.values()]
      .filter((row) => now - row.lastAt <= forgottenAfterMs)
      .sort((a, b) => b.lastAt - a.lastAt)
      .map((row) => ({
        tenant: row.tenant,
        service: row.service,
        type: row.type,
        agent: row.batch.origin.agent,
        address: row.batch.origin.address,
        receiver: row.batch.origin.receiver,
        profiles: row.profiles,
        bytes: row.bytes,
        lastSeen: wall - (now - row.lastAt),
        intervalSeconds: row.interval.ms === undefined ? undefined : row.interval.ms / 1000,
        silent: isSilent(row, now),
        refused: Object.fromEntries(row.refused),
        deadLettered: Object.fromEntries(row.deadLettered),
        lastError: row.lastError,
      }));
  }

  get known(): number {
    return this.#rows.size;
  }

  /** How many have sent nothing for more than five of their own intervals, and had sent within a day. */
  get silent(): number {
    const now = this.#clock.monotonic();
    let silent = 0;
    for (const row of this.#rows.values()) if (isSilent(row, now)) silent += 1;
    return silent;
  }

  #row(tenant: string, { labels }: Series): Row {
    const known = this.#byLabels.get(labels);
    if (known !== undefined && known.tenant === tenant && this.#rows.touch(known)) return known;
    const [service, type] = nameOf(labels);
    const row = this.#rows.take(keyOf(tenant, service, type), () => new Row(tenant, service, type));
    this.#byLabels.set(labels, row);
    return row;
  }

  #note(row: Row, counts: Map<string, number>, profiles: number, reason: string, message: string): void {
    counts.set(reason, (counts.get(reason) ?? 0) + profiles);
    row.lastError = { at: this.#clock.now(), reason, message: message.slice(0, longestMessage) };
  }
}

class Row {
  count = 0;
  held = true;
  readonly key: string;
  readonly tenant: string;
  readonly service: string;
  readonly type: string;
  readonly interval = new UsualInterval();
  readonly refused = new Map<string, number>();
  readonly deadLettered = new Map<string, number>();
  lastAt = Number.NEGATIVE_INFINITY;
  profiles = 0;
  bytes = 0;
  batch: Pick<ProfileBatch, 'origin'> = noBatch;
  lastError: SenderRow['lastError'];

  constructor(tenant: string, service: string, type: string) {
    this.key = keyOf(tenant, service, type);
    this.tenant = tenant;
    this.service = service;
    this.type = type;
  }
}

const noBatch: Pick<ProfileBatch, 'origin'> = {
  origin: { receiver: '', protocol: 'connect', address: '', agent: '', tenant: '', trace: undefined },
};

function isSilent({ interval, lastAt }: Row, now: number): boolean {
  const quietMs = now - lastAt;
  return interval.ms !== undefined && quietMs > silentAfterIntervals * interval.ms && quietMs <= forgottenAfterMs;
}

/** Service and profile type: an /ingest body has its application's name in __name__, and SDKs put the type behind its last dot. */
function nameOf(labels: Labels): readonly [service: string, type: string] {
  const name = labels.get('__name__') ?? '';
  const service = labels.get('service_name');
  return service === undefined ? [name, ''] : [service, name];
}

function keyOf(tenant: string, service: string, type: string): string {
  return `${tenant}\0${service}\0${type}`;
}

function bytesOf({ payload }: Series): number {
  if (payload.kind === 'push') return payload.rawBytes;
  let bytes = 0;
  for (const piece of payload.body) bytes += piece.length;
  return bytes;
}
