import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { startGateway } from '../support/gateway.ts';

const service = '/debuginfo.v1alpha1.DebuginfoService';

test('debug information goes to the first endpoint, calls and uploads, byte for byte', { timeout: 60_000 }, async (t) => {
  const [first, second] = [await startCapture(), await startCapture()];
  t.after(() => Promise.all([first.close(), second.close()]));
  const answerBytes = Buffer.from([0x08, 0x01, 0x12, 0x02, 0xff, 0xfe]);
  first.answer(({ path }) => ({
    status: 200,
    headers: { 'content-type': path.includes('/Upload/') ? 'text/plain' : 'application/proto' },
    body: answerBytes,
  }));
  const gateway = await startGateway({
    config: `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
processors: { label_drop: {} }
exporters:
  pyroscope:
    endpoints: [ { url: "${first.url}/base", headers: { X-Key: k } }, { url: "${second.url}" } ]
service:
  pipelines: { profiles: { receivers: [pyroscope], processors: [label_drop], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
`,
  });
  t.after(() => gateway.stop('SIGKILL'));
  const post = (path: string, body: Uint8Array, type: string): Promise<Response> =>
    fetch(`http://${gateway.address()}${service}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type, 'x-scope-orgid': 'team' },
    });

  const asked = await post('/ShouldInitiateUpload', Buffer.from([0x0a, 0x04, 0x0a, 0x02, 0x61, 0x62]), 'application/proto');
  assert.equal(asked.status, 200);
  assert.deepEqual(Buffer.from(await asked.arrayBuffer()), answerBytes);

  const binary = randomBytes(3_000_000);
  const uploaded = await post('/Upload/abcdef0123', binary, 'application/octet-stream');
  assert.equal(uploaded.status, 200);
  assert.deepEqual(
    first.arrivals.map(({ path }) => path),
    [`/base${service}/ShouldInitiateUpload`, `/base${service}/Upload/abcdef0123`],
  );
  assert.ok(first.arrivals[1]?.body.equals(binary));
  for (const { headers } of first.arrivals) assert.deepEqual([headers['x-key'], headers['x-scope-orgid']], ['k', 'team']);
  assert.equal(second.arrivals.length, 0);

  first.answer(() => ({ status: 412, body: 'no upload is pending' }));
  const refused = await post('/Upload/abcdef0123', Buffer.from('x'), 'application/octet-stream');
  assert.deepEqual([refused.status, (await refused.text()).trim()], [412, 'no upload is pending']);
});
