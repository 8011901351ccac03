import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { processIo } from '../../src/cli/io.ts';
import { loadSources } from '../../src/cli/sources.ts';
import { startGateway } from '../support/gateway.ts';
import { startPyroscopeServer } from '../support/pyroscope-server.ts';
import { findTool, kubernetesSchemas, missing } from './tools.ts';

// What the chart makes of each values file lies in helm/: it is looked at everywhere, and made again where helm is. UPDATE_GOLDEN=1 writes it.
const chart = new URL('../../deploy/helm/flamegate/', import.meta.url).pathname;
const golden = new URL('./helm/', import.meta.url).pathname;
const names = readdirSync(join(chart, 'ci')).map((file) => basename(file, '.yaml'));

const ContainerSchema = z.object({
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })),
  securityContext: z.object({ readOnlyRootFilesystem: z.literal(true), allowPrivilegeEscalation: z.literal(false) }),
  startupProbe: z.object({ httpGet: z.object({ path: z.literal('/-/healthy'), port: z.literal('admin') }) }),
  livenessProbe: z.object({ httpGet: z.object({ path: z.literal('/-/healthy'), port: z.literal('admin') }) }),
  readinessProbe: z.object({ httpGet: z.object({ path: z.literal('/-/ready'), port: z.literal('admin') }) }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const PodSchema = z.object({
  terminationGracePeriodSeconds: z.literal(40),
  securityContext: z.object({ runAsNonRoot: z.literal(true), runAsUser: z.number().positive() }),
  containers: z.tuple([ContainerSchema]),
  volumes: z.array(z.object({ name: z.string() })),
});
const StatefulSetSchema = z.object({
  spec: z.object({
    replicas: z.number(),
    template: z.object({ spec: PodSchema }),
    volumeClaimTemplates: z.tuple([z.object({ metadata: z.object({ name: z.string() }) })]),
  }),
});
const DocumentSchema = z.looseObject({
  kind: z.string(),
  metadata: z.object({ name: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
});

function rendered(name: string): z.output<typeof DocumentSchema>[] {
  const documents = parseAllDocuments(readFileSync(join(golden, `${name}.yaml`), 'utf8'));
  return documents
    .map((document) => document.toJS() as unknown)
    .filter((one) => one !== null)
    .map((one) => DocumentSchema.parse(one));
}

function statefulSet(name: string): z.output<typeof StatefulSetSchema>['spec'] {
  return StatefulSetSchema.parse(rendered(name).find(({ kind }) => kind === 'StatefulSet')).spec;
}

test('there is a render of each of five values files', () => {
  assert.equal(names.length, 5);
  assert.deepEqual(readdirSync(golden).sort(), names.map((name) => `${name}.yaml`).sort());
});

for (const name of names) {
  test(`${name}: probes, grace, a user who is not root, and a volume for each replica`, () => {
    const { template, volumeClaimTemplates } = statefulSet(name);
    const [{ volumeMounts, args }] = template.spec.containers;
    const queue = volumeMounts.find(({ mountPath }) => mountPath === '/var/lib/flamegate');
    assert.equal(queue?.name, volumeClaimTemplates[0].metadata.name);
    const there = new Set([...template.spec.volumes.map((volume) => volume.name), volumeClaimTemplates[0].metadata.name]);
    for (const mount of volumeMounts) assert.ok(there.has(mount.name), mount.name);
    assert.equal(args[0], 'run');
  });
}

for (const name of names.filter((one) => one !== 'alloy-configmap')) {
  test(`${name}: the configuration is one that runs with the arguments of the pod, keeps its queues on the volume, and stops in time`, (t) => {
    const [{ args, env }] = statefulSet(name).template.spec.containers;
    const data = Object.entries(
      rendered(name).find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'flamegate')?.data ?? {},
    );
    const [[file, text] = ['', '']] = data;
    assert.equal(args[1], `/etc/flamegate/${file}`);
    const directory = mkdtempSync(join(tmpdir(), 'flamegate-chart-'));
    t.after(() => rmSync(directory, { recursive: true }));
    // What a secret brings is not here.
    const token = join(directory, 'token');
    writeFileSync(token, 'a-token');
    writeFileSync(join(directory, file), text.replaceAll('/etc/flamegate-secrets/pyroscope/token', token));
    const value = (option: string): string[] =>
      args.filter((arg) => arg.startsWith(`${option}=`)).map((arg) => arg.slice(option.length + 1));
    const given = Object.fromEntries(env.map((one) => [one.name, one.value ?? (one.name === 'POD_INDEX' ? '0' : 'from-the-cluster')]));
    const { config, problems } = loadSources(
      { files: [join(directory, file)], sets: value('--set'), strict: true, secretsDir: undefined, queueDir: value('--queue-dir')[0] },
      { ...processIo(), env: given },
    );
    assert.deepEqual(problems, []);
    assert.ok(config);
    for (const exporter of config.exporters.values()) {
      assert.match(z.object({ queue: z.object({ dir: z.string() }) }).parse(exporter.config).queue.dir, /^\/var\/lib\/flamegate\//);
    }
    const { delay, timeout } = config.service.shutdown;
    assert.ok(delay > 0 && delay + timeout + 3_000 < 40_000);
    assert.match(config.service.admin.endpoint, /:4041$/);
  });
}

test('default: what the pod would run, run as a process, brings a profile to Pyroscope', { timeout: 60_000 }, async (t) => {
  const [{ args }] = statefulSet('default').template.spec.containers;
  const upstream = await startPyroscopeServer();
  t.after(() => upstream.close());
  const data = mkdtempSync(join(tmpdir(), 'flamegate-chart-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const text = rendered('default').find(({ kind }) => kind === 'ConfigMap')?.data?.['flamegate.yaml'] ?? '';
  const here = [
    ['0.0.0.0:4040', '127.0.0.1:0'],
    ['0.0.0.0:4041', '127.0.0.1:0'],
    ['http://pyroscope:4040', upstream.url],
    ['/var/lib/flamegate', data],
    ['delay: 5s', 'delay: 0s'],
  ] as const;
  const moved = (written: string): string => here.reduce((told, [from, to]) => told.replaceAll(from, to), written);
  const gateway = await startGateway({ config: moved(text), args: args.slice(2).map(moved) });
  t.after(() => gateway.process.kill('SIGKILL'));
  const answer = await fetch(`http://${gateway.address()}/ingest?name=chart&format=folded`, { method: 'POST', body: 'main;work 3\n' });
  assert.equal(answer.status, 200);
  await upstream.received(1);
  assert.match(upstream.arrivals[0]?.query ?? '', /name=chart/);
  assert.equal(await gateway.stop(), 0);
});

test('an Alloy file in a ConfigMap that exists is mounted, and none is made', () => {
  const { template } = statefulSet('alloy-configmap');
  assert.deepEqual(template.spec.containers[0].args.slice(0, 3), ['run', '/etc/flamegate/config.alloy', '--queue-dir=/var/lib/flamegate']);
  assert.ok(!rendered('alloy-configmap').some(({ kind }) => kind === 'ConfigMap'));
});

test('monitoring brings the rules and the dashboard of deploy/', () => {
  const kinds = rendered('monitoring').map(({ kind }) => kind);
  for (const kind of ['ServiceMonitor', 'PrometheusRule', 'PodDisruptionBudget', 'NetworkPolicy']) assert.ok(kinds.includes(kind), kind);
  const rule = JSON.stringify(rendered('monitoring').find(({ kind }) => kind === 'PrometheusRule'));
  assert.ok(rule.includes('FlamegateDown') && rule.includes('{{ $labels.instance }}'), 'templates of Prometheus stay as they are');
  const dashboard = rendered('monitoring').find(({ metadata }) => metadata.name === 'flamegate-dashboard')?.data?.['flamegate.json'];
  assert.doesNotThrow(() => JSON.parse(dashboard ?? ''));
});

const kubeVersion = '1.31.0';

/** Runs helm on the chart; what it prints on stdout. */
function helm(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(findTool('helm') ?? '', args, { encoding: 'utf8', cwd: chart });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

for (const name of names) {
  const values = join(chart, 'ci', `${name}.yaml`);

  test(`${name}: helm lint and helm template`, { skip: missing('helm') }, () => {
    helm('lint', '--strict', '--kube-version', kubeVersion, '-f', values, '.');
    const found = helm('template', 'flamegate', '.', '-n', 'profiles', '--kube-version', kubeVersion, '-f', values);
    const file = join(golden, `${name}.yaml`);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, found);
    assert.equal(found, readFileSync(file, 'utf8'));
  });

  test(`${name}: kubeconform knows every object and every key`, { skip: missing('kubeconform', 'kubernetes.json') }, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'flamegate-schemas-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const location = kubernetesSchemas(folder);
    assert.ok(location);
    // Kinds of the Prometheus Operator are not among Kubernetes' own.
    const args = ['-summary', '-schema-location', location, '-skip', 'ServiceMonitor,PrometheusRule', join(golden, `${name}.yaml`)];
    const { status, stdout, stderr } = spawnSync(findTool('kubeconform') ?? '', args, { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /Valid: [1-9]\d*, Invalid: 0, Errors: 0/);
  });
}
