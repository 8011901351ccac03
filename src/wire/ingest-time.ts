/**
 * When the profile of an /ingest query ended, in milliseconds since the Unix epoch; undefined when the query does not say. Pyroscope reads
 * `until` in seconds, milliseconds, microseconds or nanoseconds, told by its length (grafana/pyroscope pkg/og/util/attime).
 */
export function ingestEnd(query: string): number | undefined {
  const digits = /(?:^|&)until=(\d{10}|\d{13}|\d{16}|\d{19})(?=&|$)/.exec(query)?.[1];
  return digits === undefined ? undefined : Number(digits) * 10 ** (13 - digits.length);
}
