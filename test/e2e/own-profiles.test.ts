import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { startGateway } from '../support/gateway.ts';

test("the gateway's own profiles arrive where it is told, at the latest when it stops", { timeout: 60_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startGateway({
    config: `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters: { pyroscope: { endpoints: [] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  telemetry: { profiles: { enabled: true, url: "${upstream.url}" } }
`,
    env: { PYROSCOPE_SERVER_ADDRESS: 'http://127.0.0.1:1' },
  });
  await gateway.line(({ message }) => message === "sending the gateway's own profiles");
  assert.equal(await gateway.stop(), 0);
  const own = upstream.arrivals.filter(({ path }) => path.startsWith('/ingest'));
  assert.ok(own.length > 0, `${upstream.arrivals.length} arrivals`);
});
