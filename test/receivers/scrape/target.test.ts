import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetLabels } from '../../../src/discovery/source.ts';
import { enabledKinds } from '../../../src/receivers/scrape/profiles.ts';
import { profilesOf, type ScrapeTarget, shardOf, type TargetRules } from '../../../src/receivers/scrape/target.ts';

const usual: TargetRules = {
  kinds: enabledKinds({}),
  jobName: '',
  scheme: 'http',
  params: {},
  pathPrefix: '',
  intervalMs: 15_000,
  deltaMs: 14_000,
};

function profiles(target: TargetLabels, rules: Partial<TargetRules> = {}): readonly ScrapeTarget[] {
  const found = profilesOf(target, { ...usual, ...rules });
  if (typeof found === 'string') throw new Error(found);
  return found;
}
const urls = (target: TargetLabels, rules?: Partial<TargetRules>): string[] => profiles(target, rules).map(({ url }) => url.href);
const label = (target: TargetLabels, name: string, rules?: Partial<TargetRules>): string | undefined =>
  profiles(target, rules)[0]?.labels.get(name);

test('S01: asks for the default profiles at their paths', () => {
  assert.deepEqual(urls({ __address__: 'localhost:9090' }), [
    'http://localhost:9090/debug/pprof/allocs',
    'http://localhost:9090/debug/pprof/block',
    'http://localhost:9090/debug/pprof/goroutine',
    'http://localhost:9090/debug/pprof/mutex',
    'http://localhost:9090/debug/pprof/profile?seconds=14',
  ]);
  const all = Object.fromEntries(
    ['fgprof', 'godeltaprof_memory', 'godeltaprof_mutex', 'godeltaprof_block'].map((kind) => [kind, { enabled: true }]),
  );
  assert.deepEqual(urls({ __address__: 'h:1' }, { kinds: enabledKinds({ ...all, own: { path: '/foo239' } }) }).slice(5), [
    'http://h:1/debug/fgprof?seconds=14',
    'http://h:1/debug/pprof/delta_heap',
    'http://h:1/debug/pprof/delta_mutex',
    'http://h:1/debug/pprof/delta_block',
    'http://h:1/foo239',
  ]);
});

test('S02: gives an address without a port the port of its scheme, and refuses other schemes and slashes', () => {
  const first = (target: TargetLabels, scheme = 'http'): string | undefined => profiles(target, { scheme })[0]?.labels.get('__address__');
  assert.equal(first({ __address__: 'h' }), 'h:80');
  assert.equal(first({ __address__: 'h' }, 'https'), 'h:443');
  assert.equal(first({ __address__: 'h', __scheme__: 'https' }), 'h:443');
  assert.equal(first({ __address__: '[::1]' }), '[::1]:80');
  assert.equal(first({ __address__: 'h:1', __scheme__: 'https' }), 'h:1');
  assert.match(String(profilesOf({ __address__: 'h', __scheme__: 'ftp' }, usual)), /invalid scheme: "ftp"/);
  assert.match(String(profilesOf({ __address__: 'h/path' }, usual)), /no valid address/);
  assert.match(String(profilesOf({ service_name: 'x' }, usual)), /no address/);
  assert.match(String(profilesOf({ __address__: 'user:pw@h:1' }, usual)), /no address of a server/);
  assert.match(String(profilesOf({ __address__: 'h:1', a: '\ud800' }, usual)), /invalid label value of a/);
});

test('S03: puts the prefix before the path; that of the target wins', () => {
  assert.equal(urls({ __address__: 'h:1' }, { pathPrefix: '/foo/' })[4], 'http://h:1/foo/debug/pprof/profile?seconds=14');
  assert.equal(
    urls({ __address__: 'h:1', __profile_path_prefix__: '/bar' }, { pathPrefix: '/foo' })[0],
    'http://h:1/bar/debug/pprof/allocs',
  );
  const own = profiles({ __address__: 'h:1', __profile_path__: '/own', __name__: 'mine' });
  assert.deepEqual(
    [...new Set(own.map(({ url, name }) => `${name} ${url.href}`))],
    ['mine http://h:1/own', 'mine http://h:1/own?seconds=14'],
  );
  assert.equal(new Set(own.map(({ key }) => key)).size, 2);
});

test('S04: a profile that takes time is asked for interval - 1 s unless a duration is written', () => {
  const seconds = (intervalMs: number, deltaMs: number): string | null | undefined =>
    profiles({ __address__: 'h:1' }, { intervalMs, deltaMs })[4]?.url.searchParams.get('seconds');
  assert.equal(seconds(60_000, 14_000), '59');
  assert.equal(seconds(15_000, 14_000), '14');
  assert.equal(seconds(60_000, 20_500), '20');
});

test('a new interval makes no other targets', () => {
  const keys = (intervalMs: number): string[] => profiles({ __address__: 'h:1' }, { intervalMs }).map(({ key }) => key);
  assert.deepEqual(keys(15_000), keys(60_000));
  assert.equal(new Set(keys(15_000)).size, 5);
});

test('S05, S08: params are the query and __param_ labels; a target decides for keys of its own; seconds stay with profiles that take time', () => {
  const params = { a: ['1', '2'], b: ['x y'] };
  const found = profiles({ __address__: 'h:1', __param_a: 'over', __param_c: 'own' }, { params });
  assert.equal(found[0]?.url.search, '?a=1&a=2&b=x+y&c=own');
  assert.equal(found[4]?.url.search, '?a=1&a=2&b=x+y&c=own&seconds=14');
  assert.equal(found[0]?.labels.get('__param_a'), '1');
  assert.equal(found[0]?.takesTime, false);
  assert.equal(profiles({ __address__: 'h:1' }, { params: { seconds: ['5'] } })[0]?.takesTime, true);
});

test('S07: infers the service from what is known of the container', () => {
  const docker = { __meta_docker_container_name: 'docker' };
  const swarm = { __meta_dockerswarm_service_name: 'swarm', __meta_dockerswarm_container_label_service_name: 'label' };
  const pod = { __meta_kubernetes_namespace: 'ns', __meta_kubernetes_pod_container_name: 'c' };
  const noted = { __meta_kubernetes_pod_annotation_pyroscope_io_service_name: 'noted' };
  const service = (more: TargetLabels): string | undefined => label({ __address__: 'h:1', ...more }, 'service_name');
  assert.equal(service({}), 'unspecified');
  assert.equal(service({ ...docker, ...swarm, ...pod, ...noted }), 'noted');
  assert.equal(service({ ...docker, ...swarm, ...pod }), 'ns/c');
  assert.equal(service({ ...docker, __meta_kubernetes_namespace: 'ns' }), 'docker');
  assert.equal(service(swarm), 'label');
  assert.equal(service({ ...noted, service_name: 'mine' }), 'mine');
});

test('S08, S09: job only where it has a name, instance is the address; reserved labels stay', () => {
  assert.equal(label({ __address__: 'h' }, 'job'), undefined);
  assert.equal(label({ __address__: 'h' }, 'job', { jobName: 'j' }), 'j');
  assert.equal(label({ __address__: 'h', job: 'mine' }, 'job', { jobName: 'j' }), 'mine');
  assert.equal(label({ __address__: 'h' }, 'instance'), 'h:80');
  assert.equal(label({ __address__: 'h', instance: 'i' }, 'instance'), 'i');
  assert.equal(label({ __address__: 'h', __meta_x: 'y' }, '__meta_x'), 'y');
});

test('S09: targets that differ in __meta labels alone are one, unless their service names are inferred from them', () => {
  const key = (more: TargetLabels): string | undefined => profiles({ __address__: 'h:1', ...more })[0]?.key;
  assert.equal(key({ __meta_a: '1' }), key({ __meta_a: '2' }));
  assert.notEqual(key({ __meta_docker_container_name: '1' }), key({ __meta_docker_container_name: '2' }));
  assert.notEqual(key({ env: '1' }), key({ env: '2' }));
});

test('S11, S19: godeltaprof goes by the usual names and is not subtracted; a custom profile of a known name replaces it', () => {
  const [delta] = profiles({ __address__: 'h:1' }, { kinds: enabledKinds({ godeltaprof_memory: { enabled: true } }).slice(5) });
  assert.deepEqual([delta?.name, delta?.subtracted], ['memory', true]);
  const memory = enabledKinds({ memory: { enabled: true, path: '/mine', delta: true } })[0];
  assert.deepEqual([memory?.path, memory?.delta], ['/mine', true]);
  assert.equal(enabledKinds({ memory: { enabled: false } }).length, 4);
});

test('every target is in exactly one shard, whatever its __meta labels, and the shards are even', () => {
  const counts = [0, 0, 0];
  for (let at = 0; at < 3000; at++) {
    const target = { __address__: `10.0.${at >> 8}.${at & 255}:6060`, app: 'a' };
    const shard = shardOf(target, 3);
    assert.equal(shardOf({ ...target, __meta_kubernetes_pod_ready: String(at) }, 3), shard);
    counts[shard] = (counts[shard] ?? 0) + 1;
  }
  for (const count of counts) assert.ok(count > 850 && count < 1150, counts.join());
});
