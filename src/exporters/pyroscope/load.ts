import { Invalid } from '../../core/errors.ts';
import type { Labels } from '../../core/labels.ts';
import type { Lease, LogRecord } from '../../queue/log.ts';
import { parseIngestName, splitIngestQuery } from '../../wire/ingest.ts';
import { describePush, splitPush } from '../../wire/push.ts';
import { decodeRequest, type OutgoingRequest } from '../../wire/request.ts';
import type { RequestKind } from './answer.ts';
import type { Attempts } from './attempts.ts';
import type { Waiting } from './waiting.ts';

/** A request of a kind that this exporter sends. */
export type SendableRequest = OutgoingRequest & { readonly kind: RequestKind };

/** A record and all that is known of its delivery, or one series of it. */
export interface Load {
  readonly record: LogRecord;
  readonly request: SendableRequest;
  readonly attempts: Attempts;
}

/** A leased record on its way. */
export interface Job extends Load {
  readonly lease: Lease;
  readonly waiting: Waiting | undefined;
}

/** What the head of a record says; undefined when it is damaged, or of a kind that only another build sends. */
export function readRequest(record: LogRecord): SendableRequest | undefined {
  try {
    const request = decodeRequest(record.head);
    return request.kind === 'otlp' ? undefined : { ...request, kind: request.kind };
  } catch (why) {
    if (why instanceof Invalid) return undefined;
    throw why;
  }
}

/** How many series a request holds; an /ingest body is one. */
export function countSeries({ record, request }: Load): number {
  return request.kind === 'push' ? splitPush(record.body).length : 1;
}

/** The labels of a request: of its first series, or of its name. Undefined when they cannot be read: for logs and suspicion only. */
export function labelsOf({ record, request }: Pick<Load, 'record' | 'request'>): Labels | undefined {
  try {
    if (request.kind === 'push') return describePush(record.body)[0]?.labels;
    return parseIngestName(splitIngestQuery(request.query).name ?? '');
  } catch (why) {
    if (why instanceof Invalid) return undefined;
    throw why;
  }
}

/** Who sent a request, as people name it. */
export function serviceOf(load: Pick<Load, 'record' | 'request'>): string {
  const labels = labelsOf(load);
  return labels?.get('service_name') ?? labels?.get('__name__') ?? '';
}
