import { Invalid } from '../../../core/errors.ts';
import { labelFault } from '../../../core/label-rules.ts';
import { Labels } from '../../../core/labels.ts';
import type { IngestPayload, ProfileBatch, PushPayload } from '../../../core/profile.ts';
import type { LogRecord } from '../../../queue/log.ts';
import { ingestNameFault, joinIngestQuery } from '../../../wire/ingest.ts';
import { concatBytes } from '../../../wire/protobuf.ts';
import { encodePush, type PushSeries } from '../../../wire/push.ts';
import type { OutgoingRequest } from '../../../wire/request.ts';
import { RenderedRecord } from './request.ts';

/**
 * Renders a batch into the requests that go out, once for all endpoints: one push per tenant with its series in the order they came in, one
 * request per /ingest body. Every body is a piece of memory of its own: a record pins nothing of the request it came from.
 *
 * `checkLabels`: throws Invalid for a label set that no Pyroscope takes; Alloy's rules are checked before its external labels are added, by a
 * processor.
 */
export function encode(batch: ProfileBatch, checkLabels: boolean): LogRecord[] {
  const records: LogRecord[] = [];
  const pushes = new Map<string, PushSeries[]>();
  for (const { tenant, labels, payload } of batch.series) {
    switch (payload.kind) {
      case 'push': {
        if (checkLabels) refuseBadLabels(labels);
        const series = pushes.get(tenant);
        if (series === undefined) pushes.set(tenant, [{ labels, payload }]);
        else series.push({ labels, payload });
        break;
      }
      case 'ingest':
        if (checkLabels) refuseBadName(labels);
        records.push(ingestRecord(batch, tenant, labels, payload));
        break;
      case 'otlp':
        throw new Invalid('content_type', 'an exporter of type pyroscope sends pushes and /ingest bodies, found an OTLP export');
      default:
        throw new Error(`unreachable: ${payload satisfies never}`);
    }
  }
  for (const [tenant, series] of pushes) records.push(pushRecord(batch, tenant, series));
  return records;
}

function pushRecord(batch: ProfileBatch, tenant: string, series: readonly PushSeries[]): LogRecord {
  let profiles = 0;
  let rawBytes = 0;
  for (const { payload } of series) {
    profiles += payload.profiles;
    rawBytes += payload.rawBytes;
  }
  return new RenderedRecord(
    { receivedAt: batch.receivedAt, tenant, profiles, inOrder: series.some(isCumulative), body: encodePush(series) },
    { ...facts(batch, rawBytes), kind: 'push', path: '', query: '', contentTypes: [] },
    series[0]?.labels ?? Labels.empty,
  );
}

function ingestRecord(batch: ProfileBatch, tenant: string, labels: Labels, payload: IngestPayload): LogRecord {
  const body = concatBytes(payload.body);
  return new RenderedRecord(
    { receivedAt: batch.receivedAt, tenant, profiles: 1, inOrder: false, body },
    {
      ...facts(batch, body.byteLength),
      kind: 'ingest',
      path: payload.path,
      query: joinIngestQuery(payload.query, labels),
      contentTypes: payload.contentTypes,
    },
    labels,
  );
}

function facts({ origin }: ProfileBatch, rawBytes: number): Pick<OutgoingRequest, 'rawBytes' | 'trace' | 'receiver' | 'dead'> {
  const trace = origin.trace && { traceId: origin.trace.traceId, spanId: origin.trace.spanId, flags: origin.trace.traceFlags };
  return { rawBytes, trace, receiver: origin.receiver, dead: undefined };
}

function refuseBadLabels(labels: Labels): void {
  const fault = labelFault(labels, 'pyroscope');
  if (fault !== undefined) throw new Invalid('labels', `invalid labels in profile: ${fault}`);
}

/** What a processor has made of the labels may be more than the grammar of `name` can say. */
function refuseBadName(labels: Labels): void {
  refuseBadLabels(labels);
  const fault = ingestNameFault(labels);
  if (fault !== undefined) throw new Invalid('name', `invalid labels in profile: ${fault}`);
}

const cumulativeNames = new Set(['memory', 'mutex', 'block']);

/** Of these a Pyroscope with the older storage makes differences, unless told that they are differences already; so their order counts
 *  (pyroscope-wire section 1, "What the server does with content"). */
function isCumulative({ labels }: { readonly labels: Labels; readonly payload: PushPayload }): boolean {
  return cumulativeNames.has(labels.get('__name__') ?? '') && labels.get('__delta__') !== 'false';
}
