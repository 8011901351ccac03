import type { ServerHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import { lingerMs } from './connection.ts';

// RFC 9113 section 6.8: 8 bytes of GOAWAY on stream 0, the last stream of all, NO_ERROR.
const notice = Buffer.from('0000080700' + '00000000' + '7fffffff' + '00000000', 'hex');

/**
 * Ends an HTTP/2 session without losing a request: first a GOAWAY that counts every stream, so that what is on its way is still served; when
 * the client has had time to hear of it the one that names the last. `then` is called with that. Node has no call for the first (nghttp2 has:
 * nghttp2_submit_shutdown_notice), and takes no stream after its own goaway(); node:http2 writes whole frames, so one more fits between two.
 */
export function sayGoodbye(session: ServerHttp2Session, socket: Duplex, clock: Clock, then: () => void): void {
  if (session.destroyed || session.closed) {
    then();
    return;
  }
  socket.write(notice);
  const cancel = clock.after(lingerMs, () => {
    session.off('close', cancel);
    session.close();
    then();
  });
  session.once('close', cancel);
}
