import { Invalid } from '../../core/errors.ts';
import { Labels } from '../../core/labels.ts';
import type { LogRecord } from '../../queue/log.ts';
import { parseIngestName, splitIngestQuery } from '../../wire/ingest.ts';
import { describePush } from '../../wire/push.ts';
import { type DeadNote, decodeRequest } from '../../wire/request.ts';

/** What a record is, read from its envelope: no payload is touched. */
export interface Description {
  readonly kind: 'push' | 'ingest' | 'otlp' | 'unknown';
  /** Of every series; one for an /ingest body. */
  readonly labels: readonly Labels[];
  /** Component id of where it came in. */
  readonly receiver: string;
  readonly note: DeadNote | undefined;
}

/** Of a record that this build cannot read the kind is unknown. */
export function describe(record: LogRecord): Description {
  try {
    const request = decodeRequest(record.head);
    const { kind, receiver, dead: note } = request;
    if (kind === 'push') return { kind, receiver, note, labels: describePush(record.body).map(({ labels }) => labels) };
    if (kind === 'ingest') return { kind, receiver, note, labels: [parseIngestName(splitIngestQuery(request.query).name ?? '')] };
    return { kind, receiver, note, labels: [Labels.empty] };
  } catch (why) {
    if (why instanceof Invalid) return { kind: 'unknown', receiver: '', note: undefined, labels: [] };
    throw why;
  }
}
