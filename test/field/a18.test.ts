import assert from 'node:assert/strict';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { test } from 'node:test';
import { balanced, checkOnceEach, numbers, pushAll, queues, startField } from './field.ts';
import { disown, startHttp2Upstream } from './http2-upstream.ts';

// nodejs/undici#5468, #5473: GOAWAY in the middle of a burst loses requests or throws.
const ways: readonly (readonly [string, (stream: ServerHttp2Stream) => void])[] = [
  ['GOAWAY that disowns every stream', ({ session }) => session && disown(session)],
  ['refused streams', (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM)],
];
for (const queue of queues) {
  for (const [what, refuse] of ways) {
    test(`${queue['type']} queue: ${what} in the middle of a burst: each record arrives once, and the endpoint counts as well`, async (t) => {
      let session: ServerHttp2Stream['session'];
      const upstream = await startHttp2Upstream(t, {
        // From the tenth on, all that this session has left is disowned.
        instead(stream, before) {
          if (before === 9) session = stream.session;
          if (session === undefined || stream.session !== session || before > 40) return false;
          refuse(stream);
          return true;
        },
      });
      const endpoint = { url: `https://127.0.0.1:${upstream.port}`, tls_config: { ca_file: upstream.authority.ca } };
      const gateway = await startField(t, { endpoints: [endpoint], queue });
      await pushAll(gateway, numbers(0, 40));
      checkOnceEach(await upstream.take(40), numbers(0, 40));
      await balanced(gateway, 'up0', { delivered: 40, queued: 0, dropped: 0, dead: 0 });
      const metrics = await gateway.metrics();
      assert.equal(metrics.sum('flamegate_endpoint_breaker_open', { endpoint: 'up0' }), 0);
      assert.ok(metrics.sum('flamegate_endpoint_concurrency', { endpoint: 'up0' }) >= 8, 'concurrency is not halved');
    });
  }
}
