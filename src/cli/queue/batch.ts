import type { ProfileBatch, Series } from '../../core/profile.ts';
import type { LogRecord } from '../../queue/log.ts';
import { parseIngestName, splitIngestQuery } from '../../wire/ingest.ts';
import { LabelCache } from '../../wire/label-cache.ts';
import { parsePush } from '../../wire/push.ts';
import { decodeRequest, type OutgoingRequest } from '../../wire/request.ts';

/**
 * A stored request as the batch that it once was, so that an exporter can take it as it takes any other. Throws Invalid when it cannot be
 * read.
 */
export function batchOf(record: LogRecord): ProfileBatch {
  const request = decodeRequest(record.head);
  return {
    origin: {
      receiver: request.receiver,
      protocol: request.kind === 'push' ? 'connect' : request.kind,
      address: '',
      agent: 'flamegate queue',
      tenant: '',
      trace: undefined,
    },
    receivedAt: record.receivedAt,
    series: seriesOf(record, request),
  };
}

function seriesOf({ tenant, body, profiles }: LogRecord, request: OutgoingRequest): Series[] {
  if (request.kind === 'push') {
    const rules = { duplicates: 'last_wins', emptyValues: 'keep', maxSeries: Number.POSITIVE_INFINITY } as const;
    return parsePush([body], new LabelCache(0), rules).map(({ labels, payload }) => ({ tenant, labels, payload }));
  }
  const { name, rest } = splitIngestQuery(request.query);
  const labels = parseIngestName(name ?? '');
  const { path, contentTypes } = request;
  if (request.kind === 'ingest') return [{ tenant, labels, payload: { kind: 'ingest', path, query: rest, contentTypes, body: [body] } }];
  return [{ tenant, labels, payload: { kind: 'otlp', contentType: contentTypes[0] ?? '', body: [body], profiles } }];
}
