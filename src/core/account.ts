/**
 * One endpoint's books, in profiles. Plain fields: written on the path, read when somebody asks for /metrics. Owned by telemetry, which
 * gives the same object to the same (exporter, endpoint) for as long as the process lives, so a reload resets nothing.
 *
 * At any quiet point: accepted + recovered = delivered + queued + dropped{*} + deadLettered{*}; `queued` is the cursor's own count.
 */
export interface Account {
  accepted: number;
  recovered: number;
  delivered: number;
  readonly dropped: Record<DropReason, number>;
  readonly deadLettered: Record<DeadReason, number>;
}

/** Why an endpoint no longer has a profile that nobody kept. */
export type DropReason = (typeof dropReasons)[number];
/** Every `reason` of flamegate_endpoint_dropped_profiles_total. */
export const dropReasons = [
  'overflow', // the log was full and this was the oldest
  'damaged', // its bytes on disk did not pass the checksum
  'not_stored', // stored by another exporter, not by this one
  'invalid', // this exporter cannot render it, another one took it
  'gave_up', // ack: delivered: the endpoint's last word was no
  'canceled', // ack: delivered: the sender left
  'shutdown', // only in memory at the deadline
] as const;

/** Why a profile lies among an endpoint's dead letters. */
export type DeadReason = (typeof deadReasons)[number];
/** Every `reason` of flamegate_endpoint_dead_lettered_profiles_total. */
export const deadReasons = [
  'rejected', // the record's own fault, in the backend's words
  'poison', // refused again and again while its neighbours are taken
  'expired', // older than max_age
  'exhausted', // max_backoff_retries, where it is set
] as const;

/** Books with nothing in them. */
export function emptyAccount(): Account {
  return {
    accepted: 0,
    recovered: 0,
    delivered: 0,
    dropped: { overflow: 0, damaged: 0, not_stored: 0, invalid: 0, gave_up: 0, canceled: 0, shutdown: 0 },
    deadLettered: { rejected: 0, poison: 0, expired: 0, exhausted: 0 },
  };
}
