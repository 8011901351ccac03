import type { LogRecord } from '../../../queue/log.ts';
import { describePush, joinPush, splitPush } from '../../../wire/push.ts';
import { encodeRequest } from '../../../wire/request.ts';
import type { SendableRequest } from './request.ts';

/** One series of a push, as a request of its own. */
export interface Part {
  readonly record: LogRecord;
  readonly request: SendableRequest;
}

/** The series of a push in their order. Views into its body. */
export function partsOf({ record, request }: Part): Part[] {
  const bodies = splitPush(record.body);
  // describePush and splitPush go over the same series.
  return describePush(record.body).map(({ profiles, rawBytes }, at) => {
    const part = { ...request, rawBytes };
    return { request: part, record: like(record, { profiles, head: encodeRequest(part), body: bodies[at] ?? new Uint8Array() }) };
  });
}

/** Some parts as one request again, for one cursor alone. */
export function joinParts(parts: readonly Part[], { record, request }: Part, only: string): LogRecord {
  let profiles = 0;
  let rawBytes = 0;
  for (const part of parts) {
    profiles += part.record.profiles;
    rawBytes += part.request.rawBytes;
  }
  const body = joinPush(parts.map((part) => part.record.body));
  return like(record, { profiles, only, head: encodeRequest({ ...request, rawBytes }), body });
}

/** A plain record: one that this process rendered keeps what belongs to the whole only. */
function like(record: LogRecord, changed: Partial<LogRecord>): LogRecord {
  const { receivedAt, tenant, profiles, only, inOrder, head, body } = record;
  return { receivedAt, tenant, profiles, only, inOrder, head, body, ...changed };
}

/**
 * What came of one part: it was taken; it has ended otherwise; it has to wait, and then so have those behind it; it may be poisonous or have met
 * an outage, and `condemn` ends it as the former (false: it cannot be ended now).
 */
export type PartOutcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'ended' | 'wait'; readonly afterMs: number }
  | { readonly kind: 'unclear'; readonly condemn: () => Promise<boolean> };

/** So many unclear parts and none taken: that is no answer to any of them. */
const mostUnclear = 3;

/** Sends part by part; what is unclear is told apart by what becomes of the others. Resolves to the parts that have to be tried again, the
 *  unclear ones last. */
export async function sendParts(parts: readonly Part[], send: (part: Part) => Promise<PartOutcome>): Promise<Part[]> {
  const unclear: { part: Part; condemn: () => Promise<boolean> }[] = [];
  let taken = false;
  for (const [at, part] of parts.entries()) {
    const outcome = await send(part);
    if (outcome.kind === 'wait') return [...parts.slice(at), ...unclear.map((one) => one.part)];
    if (outcome.kind === 'taken') taken = true;
    if (outcome.kind === 'unclear') unclear.push({ part, condemn: outcome.condemn });
    if (!taken && unclear.length >= mostUnclear) return [...parts.slice(at + 1), ...unclear.map((one) => one.part)];
  }
  const left: Part[] = [];
  for (const { part, condemn } of unclear) if (!taken || !(await condemn())) left.push(part);
  return left;
}
