import http2 from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/clock.ts';

/**
 * Ends HTTP/2 sessions whose client stops in the middle of a head, of which node tells nothing: bytes came, no request did. Such a client cannot
 * answer a PING, for nothing may stand between the frames of a head (RFC 9113 section 6.10); one that waits for its next request can, and is
 * left alone. The result ends the watch.
 */
export function watchHeads(
  session: http2.ServerHttp2Session,
  socket: Socket,
  options: { readonly headerTimeoutMs: number; readonly isBusy: () => boolean; readonly clock: Clock },
): () => void {
  const { headerTimeoutMs, isBusy, clock } = options;
  let seenBytes = 0;
  /** Looks since a PING went out that nobody has answered. */
  let unanswered: number | undefined;
  let cancel = look();
  function look(): () => void {
    return clock.after(headerTimeoutMs / 2, () => {
      cancel = look();
      if (isBusy()) {
        unanswered = undefined;
        seenBytes = socket.bytesRead;
      } else if (unanswered !== undefined) {
        unanswered += 1;
        if (unanswered === 2) session.destroy(undefined, http2.constants.NGHTTP2_NO_ERROR);
      } else if (socket.bytesRead !== seenBytes) ask();
    });
  }
  function ask(): void {
    if (session.destroyed || session.closed) return;
    unanswered = 0;
    session.ping(() => {
      unanswered = undefined;
      seenBytes = socket.bytesRead;
    });
  }
  return () => cancel();
}
