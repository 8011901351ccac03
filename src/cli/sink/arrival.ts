import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../../core/errors.ts';
import { Labels } from '../../core/labels.ts';
import type { PushRequest, RawProfileSeries } from '../../gen/push/v1/push_pb.ts';
import { type PprofSummary, summarize } from '../../wire/pprof.ts';

/** One request that the sink took. */
export interface Arrival {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly protocol: 'connect' | 'grpc' | 'grpc_web' | 'ingest';
  readonly httpVersion: string;
  /** Path and query as received. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** X-Scope-OrgID; empty when there was none. */
  readonly tenant: string;
  readonly series: readonly ArrivedSeries[];
}

/** One series of a push, or one /ingest body. */
export interface ArrivedSeries {
  readonly labels: Labels;
  readonly profiles: readonly ArrivedProfile[];
  /** What Pyroscope would refuse the series for. */
  readonly problem: string | undefined;
}

/** One profile, byte for byte. */
export interface ArrivedProfile {
  /** As sent; empty on /ingest. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** undefined where it is no pprof, or none that can be read. */
  readonly summary: PprofSummary | undefined;
  /** Why a profile that should be a pprof is none. */
  readonly problem: string | undefined;
}

/** How many functions a summary names. */
const topFunctions = 5;

/** The series of a push as Pyroscope would see them. */
export function arrivedSeries(push: PushRequest): ArrivedSeries[] {
  return push.series.map((series) => ({
    labels: Labels.from(series.labels.map(({ name, value }) => ({ name, value }))),
    profiles: series.samples.map(({ rawProfile, ID }) => checkedProfile(rawProfile, ID)),
    problem: labelProblem(series),
  }));
}

/** A profile that is meant to be a pprof. */
export function checkedProfile(bytes: Uint8Array, id: string): ArrivedProfile {
  try {
    return { id, bytes, summary: summarize(bytes, topFunctions), problem: undefined };
  } catch (error) {
    return { id, bytes, summary: undefined, problem: messageOf(error) };
  }
}

function labelProblem({ labels }: RawProfileSeries): string | undefined {
  const names = labels.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `the label ${JSON.stringify(twice)} stands twice`;
  return names.includes('__name__') ? undefined : 'there is no label __name__, which says what type of profile it is';
}
