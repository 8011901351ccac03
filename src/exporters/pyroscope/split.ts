import type { LogRecord } from '../../queue/log.ts';
import { describePush, joinPush, splitPush } from '../../wire/push.ts';
import { encodeRequest } from '../../wire/request.ts';
import type { Load } from './load.ts';

/** The series of a push, each as a request of its own, which goes on with the attempts of the whole. Views into its body. */
export function partsOf({ record, request, attempts }: Load): Load[] {
  const bodies = splitPush(record.body);
  return describePush(record.body).map(({ profiles, rawBytes }, at) => {
    const part = { ...request, rawBytes };
    // describePush and splitPush go over the same series.
    return { request: part, record: { ...record, profiles, head: encodeRequest(part), body: bodies[at] ?? new Uint8Array() }, attempts };
  });
}

/** Some parts as one request again, for one cursor alone. */
export function joinParts(parts: readonly Load[], { record, request }: Load, only: string): LogRecord {
  let profiles = 0;
  let rawBytes = 0;
  for (const part of parts) {
    profiles += part.record.profiles;
    rawBytes += part.request.rawBytes;
  }
  const body = joinPush(parts.map((part) => part.record.body));
  return { ...record, profiles, only, head: encodeRequest({ ...request, rawBytes }), body };
}

/**
 * What came of one part: it was taken; it has ended otherwise; it has to wait, and then so have those behind it; it may be poisonous or have met
 * an outage, and `condemn` ends it as the former (false: it cannot be ended now).
 */
export type PartOutcome =
  | { readonly kind: 'taken' | 'ended' | 'wait' }
  | { readonly kind: 'unclear'; readonly condemn: () => Promise<boolean> };

/** So many unclear parts and none taken: that is no answer to any of them. */
const mostUnclear = 3;

/** Sends part by part; what is unclear is told apart by what becomes of the others. Resolves to the parts that have to be tried again. */
export async function sendParts(parts: readonly Load[], send: (part: Load) => Promise<PartOutcome>): Promise<Load[]> {
  const unclear: { part: Load; condemn: () => Promise<boolean> }[] = [];
  let taken = false;
  for (const [at, part] of parts.entries()) {
    const outcome = await send(part);
    if (outcome.kind === 'wait') return [...unclear.map((one) => one.part), ...parts.slice(at)];
    if (outcome.kind === 'taken') taken = true;
    if (outcome.kind === 'unclear') unclear.push({ part, condemn: outcome.condemn });
    if (!taken && unclear.length >= mostUnclear) return [...unclear.map((one) => one.part), ...parts.slice(at + 1)];
  }
  const left: Load[] = [];
  for (const { part, condemn } of unclear) if (!taken || !(await condemn())) left.push(part);
  return left;
}
