import { type Label, Labels } from '../../src/core/labels.ts';
import type { Origin, ProfileBatch, Series } from '../../src/core/profile.ts';

const origin: Origin = { receiver: 'pyroscope', protocol: 'connect', address: '127.0.0.1', agent: 'test', tenant: '', trace: undefined };

/** One series of a push with some bytes in it. */
export function pushSeries(labels: Readonly<Record<string, string>>, profiles = 1, tenant = ''): Series {
  return {
    tenant,
    labels: Labels.of(labels),
    payload: { kind: 'push', fields: Array.from({ length: profiles }, () => sampleField('pprof')), profiles, rawBytes: 5 * profiles },
  };
}

/** One /ingest body. */
export function ingestSeries(labels: Readonly<Record<string, string>>, body = 'folded 1', tenant = ''): Series {
  return {
    tenant,
    labels: Labels.of(labels),
    payload: { kind: 'ingest', path: '/ingest', query: 'format=folded', contentTypes: ['text/plain'], body: [Buffer.from(body)] },
  };
}

export function batchOf(...series: readonly Series[]): ProfileBatch {
  return { origin, receivedAt: 1_700_000_000_000, series };
}

/** The labels of each series, as plain pairs. */
export function labelsOf(batch: ProfileBatch): readonly Readonly<Record<string, string>>[] {
  return batch.series.map((series) => Object.fromEntries([...series.labels].map((label: Label) => [label.name, label.value])));
}

/** Field 2 (samples) of a RawProfileSeries: a RawSample whose field 1 holds the text; text below 120 bytes. */
function sampleField(text: string): Uint8Array {
  const raw = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x12, raw.length + 2, 0x0a, raw.length]), raw]);
}
