import { Invalid } from '../../../core/errors.ts';
import type { Labels } from '../../../core/labels.ts';
import type { LogRecord } from '../../../queue/log.ts';
import { parseIngestName, splitIngestQuery } from '../../../wire/ingest.ts';
import { describePush, splitPush } from '../../../wire/push.ts';
import { decodeRequest, encodeRequest, type OutgoingRequest } from '../../../wire/request.ts';

/** What a request is to the backend; /ingest and Push mean different things by the same status. */
export type RequestKind = 'push' | 'ingest';

/** A request of a kind that this exporter sends. */
export type SendableRequest = OutgoingRequest & { readonly kind: RequestKind };

/** A record that this process rendered: what its head says is still at hand, so nobody decodes the head again. */
export class RenderedRecord implements LogRecord {
  readonly receivedAt: number;
  readonly tenant: string;
  readonly profiles: number;
  readonly only: string | undefined;
  readonly inOrder: boolean;
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  readonly request: SendableRequest;
  /** Of its first series. */
  readonly labels: Labels;

  constructor(facts: Pick<LogRecord, 'receivedAt' | 'tenant' | 'profiles' | 'inOrder' | 'body'>, request: SendableRequest, labels: Labels) {
    this.receivedAt = facts.receivedAt;
    this.tenant = facts.tenant;
    this.profiles = facts.profiles;
    this.only = undefined;
    this.inOrder = facts.inOrder;
    this.head = encodeRequest(request);
    this.body = facts.body;
    this.request = request;
    this.labels = labels;
  }
}

/** What the head of a record says; undefined when it is damaged, or of a kind that only another build sends. */
export function readRequest(record: LogRecord): SendableRequest | undefined {
  if (record instanceof RenderedRecord) return record.request;
  try {
    const request = decodeRequest(record.head);
    return request.kind === 'otlp' ? undefined : { ...request, kind: request.kind };
  } catch (why) {
    if (why instanceof Invalid) return undefined;
    throw why;
  }
}

/** How many series a request holds; an /ingest body is one. */
export function countSeries(record: LogRecord, kind: RequestKind): number {
  return kind === 'push' ? splitPush(record.body).length : 1;
}

/** The labels of a request: of its first series, or of its name. Undefined when they cannot be read: for logs and for poison only. */
export function labelsOf(record: LogRecord, request: SendableRequest | undefined): Labels | undefined {
  if (record instanceof RenderedRecord) return record.labels;
  if (request === undefined) return undefined;
  try {
    if (request.kind === 'push') return describePush(record.body)[0]?.labels;
    return parseIngestName(splitIngestQuery(request.query).name ?? '');
  } catch (why) {
    if (why instanceof Invalid) return undefined;
    throw why;
  }
}

/** Who sent a request, as people name it. */
export function serviceOf(record: LogRecord, request: SendableRequest | undefined): string {
  const labels = labelsOf(record, request);
  return labels?.get('service_name') ?? labels?.get('__name__') ?? '';
}
