import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { schemaFaults } from '../config/check-json-schema.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';

const config = `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
processors: { label_drop: {} }
exporters: { pyroscope/eu: { endpoints: [{ name: staging, url: "http://127.0.0.1:1", bearer_token: canary-token }] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], processors: [label_drop], exporters: [pyroscope/eu] } }
  admin: { endpoint: "127.0.0.1:0" }
`;

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: unknown }>>;
}
interface Described {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, Response>>;
}
type Document = { readonly openapi: string; readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>> };

let gateway: GatewayProcess;
let document: Document;
before(async () => {
  gateway = await startGateway({ config });
  document = (await (await fetch(`${gateway.admin}/api/v1/openapi.json`)).json()) as Document;
});
after(() => gateway.stop());

/** Asks, and asserts that the answer is one that the document describes. */
async function askAsDescribed(method: string, template: string, path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(`${gateway.admin}${path}`, { ...init, method: method.toUpperCase() });
  const text = await answer.text();
  const where = `${method} ${path}: ${answer.status} ${text.slice(0, 300)}`;
  const described = document.paths[template]?.[method]?.responses[answer.status];
  assert.ok(described, `${where} is not described`);
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const content = described.content?.[type];
  assert.ok(content, `${where}: ${type} is not described`);
  if (type === 'application/json') assert.deepEqual(schemaFaults(content.schema, JSON.parse(text)), [], where);
  assert.doesNotMatch(text, /canary-/, where);
  return described;
}

test('every operation of the document is served, and answers as it says', async () => {
  assert.equal(document.openapi, '3.1.0');
  const asked: string[] = [];
  for (const [template, methods] of Object.entries(document.paths)) {
    const path = template.replace('{exporter}', 'pyroscope%2Feu').replace('{name}', 'staging');
    for (const method of Object.keys(methods)) {
      const body = template === '/api/v1/log-level' && method === 'put' ? '{"level":"warn"}' : null;
      await askAsDescribed(method, template, path, { body });
      asked.push(`${method} ${template}`);
    }
  }
  for (const wanted of ['get /metrics', 'get /api/v1/status', 'get /api/v1/config', 'post /api/v1/endpoints/{exporter}/{name}/pause'])
    assert.ok(asked.includes(wanted), wanted);
});

test('what is served and not in the document does not exist', async () => {
  const served = await (await fetch(`${gateway.admin}/nope`)).text();
  for (const path of Object.keys(document.paths)) assert.ok(served.includes(path), path);
  assert.equal(served.split('it serves ')[1]?.split(', ').length, Object.keys(document.paths).length);
});

test('whatever is sent to any operation, the answer is one of those described, and the gateway stays ready', {
  timeout: 120_000,
}, async () => {
  const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.keys(methods).map((method) => ({ template, method })),
  );
  const anyText = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => encodeURIComponent(text.toWellFormed()));
  const request = fc.record({
    operation: fc.constantFrom(...operations),
    parts: fc.array(
      anyText.filter((text) => text !== '' && text !== '.' && text !== '..'),
      { minLength: 2, maxLength: 2 },
    ),
    queryName: fc.constantFrom('dry_run', 'limit', 'exporter', 'x'),
    queryValue: anyText,
    body: fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constant('{"level":"info"}')),
    accept: fc.constantFrom('*/*', 'application/json', 'application/openmetrics-text', 'text/html'),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, parts, queryName, queryValue, body, accept }) => {
      const { method, template } = operation;
      let at = 0;
      const path = template.replace(/\{\w+\}/g, () => parts[at++] ?? 'x');
      const init = { headers: { accept }, body: method === 'get' ? null : body.toWellFormed() };
      await askAsDescribed(method, template, `${path}?${queryName}=${queryValue}`, init);
    }),
    { numRuns: 300 },
  );
  assert.equal((await fetch(`${gateway.admin}/-/ready`)).status, 200);
});
