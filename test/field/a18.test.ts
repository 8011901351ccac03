import assert from 'node:assert/strict';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { test } from 'node:test';
import { arrive, balanced, checkOnceEach, numbers, pushAll, queues, startField } from './field.ts';
import { disown, startHttp2Upstream } from './http2-upstream.ts';

// nodejs/undici#5468, #5473: GOAWAY in the middle of a burst loses requests or throws.
const ways: readonly (readonly [string, (stream: ServerHttp2Stream) => void])[] = [
  ['GOAWAY that disowns every stream but the first', ({ session }) => session && disown(session)],
  ['refused streams', (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM)],
];
for (const queue of queues) {
  for (const [what, refuse] of ways) {
    test(`${queue['type']} queue: ${what} in the middle of a burst: each record arrives once, and the endpoint counts as well`, async (t) => {
      const refusing = new Set<ServerHttp2Stream['session']>();
      const upstream = await startHttp2Upstream(t, {
        // All of one connection from the tenth stream on, so that the rest are refused more often than HTTP clients try again by themselves.
        instead(stream, before) {
          // Whoever will disown a stream has not answered it before.
          if (before < 9) return what !== 'refused streams' && before > 0;
          if (before >= 70) return false;
          if (refusing.size < 1) refusing.add(stream.session);
          if (!refusing.has(stream.session)) return false;
          refuse(stream);
          return true;
        },
      });
      const endpoint = { url: `https://127.0.0.1:${upstream.port}`, tls_config: { ca_file: upstream.authority.ca } };
      const gateway = await startField(t, { endpoints: [endpoint], queue });
      await pushAll(gateway, numbers(0, 40));
      checkOnceEach(await arrive(upstream, 40), numbers(0, 40));
      await balanced(gateway, 'up0', { delivered: 40, queued: 0, dropped: 0, dead: 0 });
      const metrics = await gateway.metrics();
      assert.equal(metrics.sum('pyroscope_write_retries_total'), 0, 'it counts as no attempt');
      assert.equal(metrics.sum('flamegate_endpoint_breaker_open', { endpoint: 'up0' }), 0);
      assert.ok(metrics.sum('flamegate_endpoint_concurrency', { endpoint: 'up0' }) >= 8, 'concurrency is not halved');
    });
  }
}
