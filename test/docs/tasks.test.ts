import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { directory } from '../config/fakes.ts';
import { startCapture } from '../support/capture.ts';
import { type GatewayProcess, startGateway } from '../support/gateway.ts';
import { type Block, blocksOf, root } from './pages.ts';

// What a reader does who has nothing but the pages: their blocks are taken from there, run with free ports in place of the usual ones.
const main = join(root, 'src/main.ts');

function blocks(name: string): readonly Block[] {
  return blocksOf({ name, text: readFileSync(join(root, name), 'utf8') });
}

function blockWith(found: readonly Block[], language: string, part: string): string {
  const block = found.find((each) => each.language === language && each.text.includes(part));
  assert.ok(block, `no ${language} block with ${part}`);
  return block.text;
}

/** Resolves with the exit code of a shell and all that it printed. */
function shell(script: string, cwd: string): Promise<{ readonly code: number; readonly output: string }> {
  const verb = `flamegate() { '${process.execPath}' '${main}' "$@"; }\nset -e\n`;
  return new Promise((resolve) => {
    execFile('bash', ['-c', `${verb}${script}`], { cwd, encoding: 'utf8' }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

/** Blocks name the usual ports; a test has others. */
function atPorts(text: string, gateway: GatewayProcess): string {
  return text.replaceAll('127.0.0.1:4040', gateway.address()).replaceAll('127.0.0.1:4041', new URL(gateway.admin).host);
}

async function started(
  t: TestContext,
  config: string,
  options: { fileName?: string; args?: readonly string[] } = {},
): Promise<GatewayProcess> {
  const gateway = await startGateway({ config, ...options });
  t.after(() => gateway.stop());
  return gateway;
}

test('getting started: the page from top to bottom ends with a profile delivered', async (t) => {
  const found = blocks('docs/getting-started.md');
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const config = blockWith(found, 'yaml', 'pipelines')
    .replace('http://127.0.0.1:4100', upstream.url)
    .replace('127.0.0.1:4040', '127.0.0.1:0')
    .replace('service:', 'service:\n  admin: { endpoint: "127.0.0.1:0" }');
  const dir = directory(t, { 'flamegate.yaml': config });
  const [check = ''] = blockWith(found, 'sh', 'validate --online').split('\n');
  const checked = await shell(check, dir);
  assert.equal(checked.code, 0, checked.output);

  const gateway = await started(t, config);
  const pushed = await shell(atPorts(blockWith(found, 'sh', 'curl -i --data-binary'), gateway), dir);
  assert.match(pushed.output, /^HTTP\/1\.1 200/m, pushed.output);
  const [arrived] = await upstream.take(1, ({ query }) => query.has('name')); // validate --online came before
  assert.equal(arrived?.query.get('name'), 'hello{env=dev}');
  assert.equal(arrived?.body.toString(), 'main;work 10\n');
  const seen = await shell(atPorts(blockWith(found, 'sh', '/api/v1/senders'), gateway), dir);
  assert.match(seen.output, /"service":"hello"/);
  assert.match(seen.output, /"endpoint":"main"/);
});

/** The StatefulSet among the documents of a YAML text. */
function statefulSetIn(text: string) {
  const documents = parseAllDocuments(text).map((document) => document.toJS());
  return documents.find((one) => one?.kind === 'StatefulSet');
}

const kubernetes = blocks('docs/kubernetes.md');
const manifest = blockWith(kubernetes, 'yaml', 'StatefulSet');
const alloy = blockWith(kubernetes, 'alloy', 'pyroscope.write');

test('Kubernetes: the Alloy file of the page passes the checks of its first two steps', async (t) => {
  const dir = directory(t, { 'config.alloy': alloy });
  const [, ...verbs] = blockWith(kubernetes, 'sh', 'kubectl get configmap').trim().split('\n');
  const checked = await shell(verbs.join('\n'), dir);
  assert.equal(checked.code, 0, checked.output);
  const explained = await shell(blockWith(kubernetes, 'sh', 'flamegate explain'), dir);
  assert.equal(explained.code, 0, explained.output);
  assert.match(explained.output, /cluster="staging"/);
});

test('Kubernetes: the Service of the manifest finds the pods of its StatefulSet', () => {
  const service = parseAllDocuments(manifest)
    .map((document) => document.toJS())
    .find(({ kind }) => kind === 'Service');
  assert.deepEqual(service.spec.selector, statefulSetIn(manifest).spec.template.metadata.labels);
});

const sets = [
  { name: 'the manifest of the page', set: statefulSetIn(manifest) },
  { name: 'the chart', set: statefulSetIn(readFileSync(join(root, 'test/deploy/helm/alloy-configmap.yaml'), 'utf8')) },
];

for (const { name, set } of sets) {
  test(`Kubernetes: the Alloy file of the page runs with the arguments of ${name}, and a profile arrives`, async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    const dir = directory(t);
    const [container] = set.spec.template.spec.containers;
    const [run, configured, ...args] = container.args as string[];
    assert.equal(run, 'run');
    const mounted: string[] = container.volumeMounts.map((mount: { mountPath: string }) => mount.mountPath);
    for (const path of [configured, '/var/lib/flamegate'])
      assert.ok(
        mounted.some((mount) => path?.startsWith(mount)),
        path,
      );
    const delay = Number(/shutdown\.delay=(\d+)s/.exec(args.join(' '))?.[1]);
    assert.ok(set.spec.template.spec.terminationGracePeriodSeconds > delay + 25, 'the default of shutdown.timeout is 25 s');

    const here = args.map((arg) =>
      arg
        .replace('/var/lib/flamegate', join(dir, 'queue'))
        .replace('0.0.0.0:4041', '127.0.0.1:0')
        .replace(/delay=\d+s/, 'delay=0s'),
    );
    const config = alloy
      .replace('http://pyroscope.monitoring.svc:4040', upstream.url)
      .replace('"0.0.0.0"', '"127.0.0.1"')
      .replace(/listen_port( *)= 4040/, 'listen_port$1= 0');
    const gateway = await started(t, config, { fileName: 'config.alloy', args: here });
    for (const { path } of [container.readinessProbe.httpGet, container.livenessProbe.httpGet, container.startupProbe.httpGet]) {
      assert.equal((await fetch(`${gateway.admin}${path}`)).status, 200, path);
    }
    const pushed = await fetch(`http://${gateway.address('pyroscope/sdks')}/ingest?name=shop&format=folded`, {
      method: 'POST',
      body: 'a;b 1\n',
    });
    assert.equal(pushed.status, 200);
    const [arrived] = await upstream.take(1);
    assert.match(arrived?.query.get('name') ?? '', /cluster=staging/);
  });
}

test('troubleshooting: each step of "profiles of one service do not arrive" shows what the page says', async (t) => {
  const found = blocks('docs/troubleshooting.md');
  const upstream = await startCapture();
  t.after(() => upstream.close());
  upstream.answer(() => ({ status: 401, body: 'no such tenant' }));
  const gateway = await started(
    t,
    `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
processors: { filter: { exclude: ['{__name__="shop"}'] } }
exporters: { pyroscope: { endpoints: [{ name: main, url: "${upstream.url}" }] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], processors: [filter], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  shutdown: { timeout: 1s }
`,
  );
  const dir = directory(t);
  writeFileSync(join(dir, 'flamegate.yaml'), readFileSync(gateway.configFile));
  const push = (name: string): Promise<Response> =>
    fetch(`http://${gateway.address()}/ingest?name=${encodeURIComponent(name)}&format=folded`, { method: 'POST', body: 'a;b 1\n' });
  const readings = async (part: string): Promise<string> => (await shell(atPorts(blockWith(found, 'sh', part), gateway), dir)).output;

  assert.equal((await push('shop{env=dev}')).status, 200);
  assert.equal((await push('cart')).status, 200);
  assert.equal((await push('{}')).status, 400);

  // Step 1: the gateway knows who sends. Step 2: a refusal is a line of the log, with the words that the sender got.
  assert.match(await readings('/api/v1/senders'), /"service":"shop"/);
  const refused = await gateway.line(({ message }) => message === 'requests of a sender are refused');
  assert.deepEqual(
    ['reason', 'address', 'agent', 'why'].filter((fact) => refused[fact] === undefined),
    [],
  );
  assert.match(await readings('/ready'), /^HTTP\/1\.1 200/m);
  // Step 3: what the configuration does with it. Step 4: that it was dropped.
  const explained = await readings('flamegate explain');
  assert.match(explained, /profiles > filter: dropped.*filtered/);
  assert.match(explained, /exporter pyroscope gets .*service_name="shop"/, 'the rule looks at __name__, and a push has another one');
  assert.match(await readings('/api/v1/status'), /"dropped":\{"filter":\{"filtered":1\}\}/);
  // Step 5: the endpoint's reason.
  await upstream.take(1);
  await gateway.line(({ endpoint, ...facts }) => endpoint === 'main' && JSON.stringify(facts).includes('401'));
  const status = JSON.parse(await readings('/api/v1/status')) as { endpoints: { state: string; reason: string; queued: number }[] };
  const [endpoint] = status.endpoints;
  assert.equal(endpoint?.queued, 1);
  assert.notEqual(endpoint?.state, 'ok');
  assert.match(endpoint?.reason ?? '', /401/);
});
