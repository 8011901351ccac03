import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { accessOf } from '../../../src/discovery/kubernetes/access.ts';
import { SourceSchema } from '../../../src/discovery/schema.ts';
import { KubernetesApi } from '../../support/kubernetes-api.ts';
import { addresses, type RunningSource, runSource } from '../found.ts';

async function setUp(t: TestContext, more: object = {}, pods = 1): Promise<{ api: KubernetesApi; source: RunningSource }> {
  const api = await KubernetesApi.start();
  for (let at = 1; at <= pods; at++) api.add({ name: `p${at}`, ip: `10.0.0.${at}`, labels: { app: at % 2 === 1 ? 'odd' : 'even' } });
  const source = runSource({ from: 'kubernetes', api_server: api.url, ...more });
  t.after(async () => {
    await source.stop();
    await api.close();
  });
  return { api, source };
}

const are =
  (...wanted: string[]) =>
  (targets: Parameters<typeof addresses>[0]): boolean =>
    addresses(targets).join() === wanted.join();

test('gives every port of every container the labels of Prometheus', async (t) => {
  const { api, source } = await setUp(t, {}, 0);
  api.add({
    name: 'web-1',
    namespace: 'prod',
    ip: '10.1.2.3',
    ports: [{ name: 'http', containerPort: 80 }, { containerPort: 6060 }],
    labels: { 'app.kubernetes.io/name': 'web' },
    annotations: { 'pyroscope.io/service_name': 'shop' },
  });
  const targets = await source.until(are('10.1.2.3:6060', '10.1.2.3:80'));
  assert.deepEqual(targets[0], {
    __address__: '10.1.2.3:80',
    __meta_kubernetes_namespace: 'prod',
    __meta_kubernetes_pod_annotation_pyroscope_io_service_name: 'shop',
    __meta_kubernetes_pod_annotationpresent_pyroscope_io_service_name: 'true',
    __meta_kubernetes_pod_container_id: 'containerd://1',
    __meta_kubernetes_pod_container_image: 'app:1',
    __meta_kubernetes_pod_container_init: 'false',
    __meta_kubernetes_pod_container_name: 'app',
    __meta_kubernetes_pod_container_port_name: 'http',
    __meta_kubernetes_pod_container_port_number: '80',
    __meta_kubernetes_pod_container_port_protocol: 'TCP',
    __meta_kubernetes_pod_controller_kind: 'ReplicaSet',
    __meta_kubernetes_pod_controller_name: 'rs',
    __meta_kubernetes_pod_host_ip: '192.168.0.1',
    __meta_kubernetes_pod_ip: '10.1.2.3',
    __meta_kubernetes_pod_label_app_kubernetes_io_name: 'web',
    __meta_kubernetes_pod_labelpresent_app_kubernetes_io_name: 'true',
    __meta_kubernetes_pod_name: 'web-1',
    __meta_kubernetes_pod_node_name: 'node-1',
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_ready: 'true',
    __meta_kubernetes_pod_uid: 'uid-prod-web-1',
  });
});

test('lists in pages, then follows pods that come, change and go', async (t) => {
  const api = await KubernetesApi.start();
  api.pageSize = 2;
  for (let at = 1; at <= 5; at++) api.add({ name: `p${at}`, ip: `10.0.0.${at}` });
  const source = runSource({ from: 'kubernetes', api_server: api.url });
  t.after(async () => {
    await source.stop();
    await api.close();
  });
  await source.until((targets) => targets.length === 5);
  assert.equal(source.lists[0]?.length, 5, 'a page was told as if it were all');
  await api.until(() => api.watchers === 1);
  api.remove('p1');
  api.change({ name: 'p2', ip: '10.0.0.22' });
  api.add({ name: 'p6', ip: '', phase: 'Pending' });
  api.add({ name: 'p7', ip: 'fd00::7', ports: [{ containerPort: 1 }] });
  await source.until(are('10.0.0.22', '10.0.0.3', '10.0.0.4', '10.0.0.5', '[fd00::7]:1'));
  assert.equal(api.requests.filter((one) => one.startsWith('list')).length, 3);
});

test('goes on from the version it has seen, that of a bookmark too, however the watch ended', async (t) => {
  const { api, source } = await setUp(t);
  await api.until(() => api.watchers === 1);
  api.bookmark();
  for (const how of ['timeout', 'cut'] as const) {
    const before = api.requests.length;
    api.end(how);
    await api.until(() => api.requests.length > before && api.watchers === 1);
  }
  const watches = api.requests.filter((one) => one.startsWith('watch'));
  assert.match(watches[0] ?? '', /allowWatchBookmarks=true&resourceVersion=101&timeoutSeconds=\d+/);
  for (const later of watches.slice(1)) assert.match(later, /resourceVersion=111/);
  assert.equal(api.requests.filter((one) => one.startsWith('list')).length, 1);
  api.add({ name: 'late', ip: '10.0.0.9' });
  await source.until(are('10.0.0.1', '10.0.0.9'));
});

test('lists anew when its version is too old, as an answer and as an event', async (t) => {
  const { api, source } = await setUp(t);
  await api.until(() => api.watchers === 1);
  api.end('gone');
  await api.until(() => api.requests.filter((one) => one.startsWith('list')).length === 2 && api.watchers === 1);
  api.failing = { status: 503, message: 'etcd is away' };
  api.end('cut');
  await source.warned(/answered 503: etcd is away/);
  api.add({ name: 'unseen', ip: '10.0.0.5' });
  api.remove('p1');
  api.compact();
  api.failing = undefined;
  await source.until(are('10.0.0.5'));
  assert.equal(api.requests.filter((one) => one.startsWith('list')).length, 3);
});

test('keeps the pods it had while the API is away, and says once why', async (t) => {
  const { api, source } = await setUp(t, {}, 2);
  await source.until((targets) => targets.length === 2);
  await api.until(() => api.watchers === 1);
  const told = source.lists.length;
  api.failing = { status: 403, message: 'pods is forbidden' };
  api.end('timeout');
  await source.warned(/403: pods is forbidden; the service account needs get, list and watch on pods/);
  await api.until(() => api.requests.filter((one) => one.startsWith('watch')).length >= 3);
  assert.equal(source.lists.length, told);
  assert.equal(source.host.lines.filter(({ level }) => level === 'warn').length, 1);
});

test('asks for the namespaces and pods that are wanted, and waits for all of them', async (t) => {
  const { api, source } = await setUp(t, { namespaces: { names: ['default', 'b'] }, selectors: [{ role: 'pod', label: 'app=odd' }] }, 3);
  await source.until(are('10.0.0.1', '10.0.0.3'));
  assert.deepEqual(
    api.requests.filter((one) => one.startsWith('list')).sort(),
    ['b', 'default'].map((name) => `list /api/v1/namespaces/${name}/pods?labelSelector=app%3Dodd&limit=500`),
  );
  api.add({ name: 'other', namespace: 'c', ip: '10.9.9.9', labels: { app: 'odd' } });
  api.add({ name: 'mine', namespace: 'b', ip: '10.0.1.1', labels: { app: 'odd' } });
  await source.until(are('10.0.0.1', '10.0.0.3', '10.0.1.1'));
});

function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), 'flamegate-k8s-'));
  t.after(() => rmSync(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

const kubernetes = (more: object = {}) => {
  const config = SourceSchema.parse({ from: 'kubernetes', ...more });
  if (config.from !== 'kubernetes') throw new Error('unreachable');
  return config;
};

test('in a cluster: the API by the environment, the token and the namespace of the service account', async (t) => {
  const account = folder(t, { token: 'T', namespace: 'mine\n', 'ca.crt': 'CA' });
  const { client, namespace } = await accessOf(
    kubernetes(),
    { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
    account,
  );
  assert.equal(client.url, 'https://[fd00::1]:6443');
  assert.equal(client.bearer_token_file, join(account, 'token'));
  assert.equal(client.tls_config?.ca_file, join(account, 'ca.crt'));
  assert.equal(namespace, 'mine');
  await assert.rejects(accessOf(kubernetes(), {}), /does not run in a cluster.*set kubeconfig_file or api_server/);
});

test('by a kubeconfig: the current context, with paths relative to it', async (t) => {
  const config = (user: string, more = ''): string => `
current-context: two
clusters:
- name: c1
  cluster: { server: "https://one" }
- name: c2
  cluster: { server: "https://two:6443", certificate-authority: ca.crt, tls-server-name: api${more} }
contexts:
- name: two
  context: { cluster: c2, user: u, namespace: team }
users:
- name: u
  user: { ${user} }
`;
  const data = (text: string): string => Buffer.from(text).toString('base64');
  const path = folder(t, {
    token: config('token: secret'),
    cert: config(`client-certificate-data: ${data('CERT')}, client-key-data: ${data('KEY')}`),
    exec: config('exec: { command: aws }'),
    nouser: config('token: x').replace('name: u\n', 'name: other\n'),
    yaml: 'a: [',
    empty: 'kind: Config',
  });
  const access = (name: string) => accessOf(kubernetes({ kubeconfig_file: join(path, name) }), {});
  const { client, namespace } = await access('token');
  assert.deepEqual([client.url, client.bearer_token?.reveal(), namespace], ['https://two:6443', 'secret', 'team']);
  assert.deepEqual([client.tls_config?.ca_file, client.tls_config?.server_name], [join(path, 'ca.crt'), 'api']);
  const withCert = (await access('cert')).client.tls_config;
  assert.deepEqual([withCert?.cert_pem, withCert?.key_pem?.reveal()], ['CERT', 'KEY']);
  await assert.rejects(access('exec'), /credentials from a program .*use a token or a certificate/);
  await assert.rejects(access('nouser'), /it has no user "u"/);
  await assert.rejects(access('yaml'), /is not valid YAML/);
  await assert.rejects(access('empty'), /current-context/);
  await assert.rejects(access('missing'), /unable to read file .*missing/);
});

test('a kubeconfig with a token is let in, and one that comes late is waited for', async (t) => {
  const api = await KubernetesApi.start();
  api.token = 'good';
  api.add({ name: 'p', ip: '10.0.0.1' });
  const path = folder(t, {});
  const file = join(path, 'config');
  const source = runSource({ from: 'kubernetes', kubeconfig_file: file });
  t.after(async () => {
    await source.stop();
    await api.close();
  });
  await source.warned(/unable to read file/);
  const text = (token: string): string =>
    `current-context: a\nclusters: [{name: c, cluster: {server: "${api.url}"}}]\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: ${token}}}]\n`;
  writeFileSync(file, text('good'));
  await source.until(are('10.0.0.1'));
});
