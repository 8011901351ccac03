import type { Arrival, ArrivedProfile, ArrivedSeries } from './arrival.ts';

/** What arrived of one service and type. */
export interface SeriesTotal {
  readonly service: string;
  readonly type: string;
  readonly profiles: number;
  /** Distinct stacks of pprofs. */
  readonly samples: number;
  readonly sizeBytes: number;
  /** Profiles that Pyroscope would not have taken. */
  readonly bad: number;
  /** Why the last of them would not have been. */
  readonly problem: string | undefined;
}

/** Rows that are told apart; what comes after them is added up in one. */
const maxRows = 10_000;

/** Adds up what arrives, by service and type. */
export class Totals {
  /** Requests that were taken. */
  requests = 0;
  /** Requests that the script refused. */
  refused = 0;
  readonly #rows = new Map<string, SeriesTotal>();

  /** What one request brought. */
  add(arrival: Arrival): void {
    this.requests++;
    for (const series of arrival.series) for (const profile of series.profiles) this.#add(arrival, series, profile);
  }

  /** By service and type. */
  get rows(): readonly SeriesTotal[] {
    return [...this.#rows.values()].sort((a, b) => (a.service < b.service || (a.service === b.service && a.type < b.type) ? -1 : 1));
  }

  #add(arrival: Arrival, series: ArrivedSeries, profile: ArrivedProfile): void {
    const named = nameOf(arrival, series, profile);
    const known = this.#rows.has(JSON.stringify(named)) || this.#rows.size < maxRows;
    const { service, type } = known ? named : { service: 'others', type: '' };
    const key = JSON.stringify({ service, type });
    const row = this.#rows.get(key) ?? { profiles: 0, samples: 0, sizeBytes: 0, bad: 0, problem: undefined };
    const problem = series.problem ?? profile.problem;
    this.#rows.set(key, {
      service,
      type,
      profiles: row.profiles + 1,
      samples: row.samples + (profile.summary?.samples ?? 0),
      sizeBytes: row.sizeBytes + profile.bytes.length,
      bad: row.bad + (problem === undefined ? 0 : 1),
      problem: problem ?? row.problem,
    });
  }
}

/** On a push the name of the profile is its type; on /ingest it is the application, and the types stand in the profile. */
function nameOf({ protocol, url }: Arrival, { labels }: ArrivedSeries, { summary }: ArrivedProfile): { service: string; type: string } {
  const name = labels.get('__name__') ?? '';
  if (protocol !== 'ingest') return { service: labels.get('service_name') ?? 'unknown_service', type: name };
  const format = /[?&]format=([^&]*)/.exec(url)?.[1] ?? 'groups';
  return { service: labels.get('service_name') ?? name, type: summary?.types.map(({ type }) => type).join('+') ?? format };
}
