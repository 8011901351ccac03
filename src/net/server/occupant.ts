import http from 'node:http';
import type { Clock } from '../../core/clock.ts';

const patienceMs = 1000;
const enoughBytes = 512;

/**
 * Who has an address that cannot be bound, in words; undefined when it is none of those who are known. Pyroscope's default port is ours too,
 * so it is often the very one that profiles were to be sent to. Never rejects.
 */
export async function occupantOf(host: string, port: number, clock: Clock): Promise<'Pyroscope itself' | 'another Flamegate' | undefined> {
  const answer = await get(host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port, clock);
  // A unary method of Connect answers a GET so, and says nothing (connect-go, Handler.ServeHTTP); we say what we take.
  if (answer?.status !== 405) return undefined;
  return answer.text.includes('takes POST, found GET') ? 'another Flamegate' : 'Pyroscope itself';
}

function get(host: string, port: number, clock: Clock): Promise<{ status: number | undefined; text: string } | undefined> {
  return new Promise((resolve) => {
    const request = http.get({ host, port, path: '/push.v1.PusherService/Push', agent: false }, (response) => {
      let text = '';
      const end = (): void => {
        resolve({ status: response.statusCode, text });
        request.destroy();
      };
      response.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
        if (text.length > enoughBytes) end();
      });
      response.on('end', end).on('close', end);
    });
    const cancel = clock.after(patienceMs, () => request.destroy());
    request.on('error', () => {}); // 'close' follows
    request.on('close', () => {
      cancel();
      resolve(undefined);
    });
  });
}
