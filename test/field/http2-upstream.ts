import {
  constants,
  createSecureServer,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type Authority, createAuthority, pemOf } from '../net/client/certificates.ts';
import { numberIn } from './field.ts';

/** A Pyroscope behind TLS that speaks HTTP/2 only and takes every push. */
export interface Http2Upstream {
  readonly port: number;
  readonly authority: Authority;
  /** Of the pushes that were answered. */
  readonly taken: readonly number[];
  readonly sessions: readonly ServerHttp2Session[];
  /** Sends new settings to who is there, and who comes. */
  set(settings: Settings): void;
  /** Resolves when so many were taken. */
  take(count: number): Promise<readonly number[]>;
}

const disowned = new WeakSet<Http2Session>();

// 0 cannot be said: Node's servers write the newest stream's id instead of it, which makes every stream theirs to answer.
const lastKept = 1;

/** Says GOAWAY with the session's first stream as the last, and holds to it: what came after was not looked at and never will be. */
export function disown(session: Http2Session): void {
  if (disowned.has(session)) return;
  disowned.add(session);
  session.goaway(constants.NGHTTP2_NO_ERROR, lastKept);
}

/** `instead`: whether a stream is dealt with by the caller; told how many came before. */
export async function startHttp2Upstream(
  t: TestContext,
  { settings = {}, instead = () => false }: { settings?: Settings; instead?: (stream: ServerHttp2Stream, before: number) => boolean } = {},
): Promise<Http2Upstream> {
  const authority = createAuthority('Field Authority');
  const taken: number[] = [];
  const sessions: ServerHttp2Session[] = [];
  const waiting = new Set<() => void>();
  let came = 0;
  const server = createSecureServer({ ...pemOf(authority.issue('server')), settings });
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    if (instead(stream, came++)) return;
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.on('end', () => {
      if (stream.aborted || stream.destroyed || stream.session === undefined) return;
      if (disowned.has(stream.session) && Number(stream.id) > lastKept) return;
      stream.respond({ ':status': 200, 'content-type': 'application/proto' }, { endStream: true });
      taken.push(numberIn({ body: Buffer.concat(pieces) }));
      for (const look of waiting) look();
    });
  });
  t.after(async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
    authority[Symbol.dispose]();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, // listening on TCP
    authority,
    taken,
    sessions,
    set(next) {
      server.updateSettings(next);
      for (const session of sessions) if (!session.destroyed) session.settings(next);
    },
    take: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (taken.length < count) return;
          waiting.delete(look);
          resolve(taken);
        };
        waiting.add(look);
        look();
      }),
  };
}
