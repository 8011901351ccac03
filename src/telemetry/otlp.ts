import { follow } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { OtlpConfig } from './schema.ts';

/** Where one signal goes. */
export interface OtlpTarget {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** The URL of one signal: the base with /v1/SIGNAL behind it, unless that stands there (OTLP specification, "OTLP/HTTP Request"). */
export function otlpTarget({ endpoint, headers }: OtlpConfig, signal: 'traces' | 'metrics' | 'logs'): OtlpTarget {
  const url = new URL(endpoint);
  const path = `/v1/${signal}`;
  if (!url.pathname.endsWith(path)) url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return { url: url.href, headers: Object.fromEntries(Object.entries(headers).map(([name, secret]) => [name, secret.reveal()])) };
}

const timeoutMs = 5_000;

/** Sends one request and reads nothing of the answer but its status. Resolves to undefined, or to what went wrong; never rejects. */
export async function sendOtlp(
  { url, headers }: OtlpTarget,
  body: Uint8Array,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { controller, release } = follow(signal);
  const cancel = clock.after(timeoutMs, () => controller.abort(new Error(`no answer within ${timeoutMs} ms`)));
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-protobuf' },
      body: Buffer.from(body),
      redirect: 'manual', // headers are secrets, and belong to this address alone
      signal: controller.signal,
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `answered ${answer.status}`;
  } catch (why) {
    // fetch() says "fetch failed", and why in its cause.
    return why instanceof Error && why.cause !== undefined ? messageOf(why.cause) : messageOf(why);
  } finally {
    cancel();
    release();
  }
}
