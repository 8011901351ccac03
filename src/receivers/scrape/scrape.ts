import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { messageOf } from '../../core/errors.ts';
import { type Baseline, cumulativeTypes, subtract } from '../../wire/pprof-delta.ts';
import { contentFault, inflated, mayBeBomb } from './content.ts';
import type { FailureReason } from './counters.ts';
import type { Lease } from './room.ts';
import type { ScrapeTarget } from './target.ts';
import type { Work } from './work.ts';

const gzip = promisify(gzipCallback);
// 1 is a third of the work of 6 and makes heap profiles an eighth larger.
const gzipLevel = 1;

/** What one scrape brought. */
export type Scraped =
  | {
      readonly kind: 'profile';
      /** Undefined when it is only what the next one is subtracted from. */
      readonly profile: Uint8Array | undefined;
      /** Bytes of the answer. */
      readonly sizeBytes: number;
      /** To be kept once the profile has been taken; undefined where nothing is subtracted. */
      readonly baseline: Baseline | undefined;
    }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly message: string }
  /** Nothing is wrong with the target: there was no room for its answer. */
  | { readonly kind: 'no_room' }
  | { readonly kind: 'aborted' };

/** Whether what the target counts from its start is subtracted here. */
export function isCumulative({ name, subtracted }: ScrapeTarget): boolean {
  return !subtracted && cumulativeTypes.has(name);
}

/** Asks a target once; the lease is for its answer. Never throws for what it answers. */
export async function scrape(
  target: ScrapeTarget,
  work: Work,
  lease: Lease,
  earlier: Baseline | undefined,
  signal: AbortSignal,
): Promise<Scraped> {
  const timeoutMs = work.timeoutMs + (target.takesTime ? Math.max(0, work.intervalMs - 1000) : 0);
  const answer = await work.fetcher.get({ url: target.url, timeoutMs, hasRoom: lease.take }, work.maxBodyBytes, signal);
  if (answer.kind === 'aborted') return answer;
  if (answer.kind === 'failure') {
    const { cause, message } = answer;
    return cause === 'no_room' ? { kind: 'no_room' } : { kind: 'failed', reason: cause, message };
  }
  const { body, status } = answer;
  const fault = contentFault(target.name, { status, body, contentType: answer.headers['content-type'] });
  if (fault !== undefined) return { kind: 'failed', reason: status < 200 || status > 299 ? 'status' : 'content', message: fault };
  try {
    return { kind: 'profile', sizeBytes: body.length, ...(await profileOf(target, body, work.maxInflatedBytes, earlier)) };
  } catch (error) {
    return { kind: 'failed', reason: 'content', message: messageOf(error) };
  }
}

async function profileOf(
  target: ScrapeTarget,
  body: Uint8Array,
  maxBytes: number,
  earlier: Baseline | undefined,
): Promise<{ profile: Uint8Array | undefined; baseline: Baseline | undefined }> {
  const types = isCumulative(target) ? cumulativeTypes.get(target.name) : undefined;
  if (types === undefined) {
    if (mayBeBomb(body, maxBytes)) await inflated(body, maxBytes);
    return { profile: body, baseline: undefined };
  }
  const { delta, baseline } = subtract(await inflated(body, maxBytes), types, earlier);
  return { profile: delta && (await gzip(delta, { level: gzipLevel })), baseline };
}
