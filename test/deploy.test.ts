import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { processIo } from '../src/cli/io.ts';
import { loadSources } from '../src/cli/sources.ts';

// There is no Docker daemon where these tests run: both files are read, and what they would start is started as processes.
const root = new URL('../', import.meta.url).pathname;
const stages = readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
const ServiceSchema = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), target: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  restart: z.string().optional(),
  stop_grace_period: z.string().optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
});
const compose = z
  .object({ services: z.object({ pyroscope: ServiceSchema, gateway: ServiceSchema, app: ServiceSchema, grafana: ServiceSchema }) })
  .parse(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'))).services;

interface Instruction {
  readonly verb: string;
  readonly rest: string;
}

/** Stage by name -> its instructions, FROM first. */
function readDockerfile(text: string): Map<string, Instruction[]> {
  const found = new Map<string, Instruction[]>();
  let current: Instruction[] = [];
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [verb = '', ...words] = line.split(' ');
    if (verb === 'FROM') {
      current = [];
      found.set(words[2] ?? '', current);
    }
    current.push({ verb, rest: words.join(' ') });
  }
  return found;
}

function stage(name: string): Instruction[] {
  const found = stages.get(name);
  assert.ok(found, `the Dockerfile has a stage ${name}`);
  return found;
}

function last(name: string, verb: string): string {
  const found = stage(name).findLast((instruction) => instruction.verb === verb);
  assert.ok(found, `stage ${name} has a ${verb}`);
  return found.rest;
}

test('the image is made from the lock file', () => {
  const dependencies = stage('dependencies').map(({ verb, rest }) => `${verb} ${rest}`);
  const copied = dependencies.findIndex((line) => /^COPY .*package-lock\.json/.test(line));
  assert.ok(copied > 0 && copied < dependencies.findIndex((line) => line.startsWith('RUN npm ci')));
  assert.doesNotMatch(readFileSync(join(root, 'Dockerfile'), 'utf8'), /npm (install|i) /);
});

test('the base is pinned to the Node that the tests run with', () => {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: { node: string } };
  assert.equal(/^ARG NODE_VERSION=(.*)$/m.exec(text)?.[1], devDependencies.node);
  for (const [name, [from]] of stages) {
    const base = from?.rest.split(' ')[0] ?? '';
    assert.ok(base === 'node:${NODE_VERSION}-bookworm-slim' || stages.has(base), `${name} is made from ${base}`);
  }
});

test('the Dockerfile keeps to the rules of hadolint that apply to it', () => {
  for (const [name, instructions] of stages) {
    const count = (verb: string): number => instructions.filter((one) => one.verb === verb).length;
    for (const verb of ['CMD', 'ENTRYPOINT', 'HEALTHCHECK'])
      assert.ok(count(verb) <= 1, `DL4003, DL4004, DL3012: ${name} has ${verb} twice`);
    for (const { verb, rest } of instructions) {
      assert.notEqual(verb, 'ADD', 'DL3020');
      assert.notEqual(verb, 'MAINTAINER', 'DL4000');
      if (verb === 'WORKDIR') assert.match(rest, /^\//, 'DL3000');
      if (verb === 'CMD' || verb === 'ENTRYPOINT') assert.doesNotThrow(() => JSON.parse(rest), `DL3025: ${name} ${verb}`);
      if (verb === 'RUN') assert.doesNotMatch(rest, /\b(sudo|apt|apt-get|curl|wget|cd)\b/, 'DL3004, DL3027, DL3003');
      if (verb === 'USER') assert.doesNotMatch(rest, /^(root|0)/, 'DL3002');
    }
  }
  for (const { image } of Object.values(compose)) if (image !== undefined) assert.match(image, /:\d+\.\d+\.\d+$/, 'DL3006, DL3007');
});

test('labels say what the image is, and the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const labels = new Map(
    [...last('gateway', 'LABEL').matchAll(/org\.opencontainers\.image\.(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  for (const key of ['title', 'description', 'licenses', 'source', 'revision', 'created']) assert.ok(labels.get(key), key);
  assert.equal(labels.get('version'), version);
  const bake = readFileSync(join(root, 'docker-bake.hcl'), 'utf8');
  assert.ok(bake.includes(`default = "${version}"`));
  for (const [, target = ''] of bake.matchAll(/^\s*target\s*=\s*"(.*)"$/gm)) assert.ok(stages.has(target), target);
  assert.equal(bake.match(/platforms\s*=\s*\["linux\/amd64", "linux\/arm64"\]/g)?.length, 2);
});

test('the health check is the verb, in the image and in compose', () => {
  const asked = JSON.parse(/CMD (\[.*\])$/.exec(last('gateway', 'HEALTHCHECK'))?.[1] ?? '') as string[];
  assert.deepEqual(asked, [...JSON.parse(last('gateway', 'ENTRYPOINT')), 'healthcheck']);
  assert.deepEqual(compose.gateway.healthcheck?.test, ['CMD', ...asked]);
});

test("a stop fits into Kubernetes' 30 seconds, and compose waits for it", () => {
  const { config } = loadSources(
    { files: [join(root, 'deploy/flamegate.yaml')], sets: [], strict: false, secretsDir: undefined, queueDir: undefined },
    { ...processIo(), env: { PYROSCOPE_URL: 'http://pyroscope:4040' } },
  );
  assert.ok(config);
  const { delay, timeout } = config.service.shutdown;
  const hanging = 3_000; // how long Gateway.stop() waits beyond the timeout
  assert.ok(delay + timeout + hanging < 30_000);
  assert.equal(compose.gateway.stop_grace_period, '30s');
});

test('compose starts again what ends, and waits for what is waited for', () => {
  for (const [name, service] of Object.entries(compose)) {
    assert.equal(service.restart, 'unless-stopped', name);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const asked = compose[other as keyof typeof compose];
      assert.ok(asked, other);
      assert.ok(
        condition === 'service_started' || asked.healthcheck !== undefined || asked.build?.target === 'gateway',
        `${name} waits for ${other}`,
      );
    }
  }
});

test('Grafana finds the Pyroscope of compose', () => {
  const folder = 'deploy/grafana/provisioning/datasources';
  assert.ok(compose.grafana.volumes?.includes(`./${folder}:/etc/grafana/provisioning/datasources:ro`));
  const { datasources } = z
    .object({ datasources: z.array(z.object({ type: z.string(), url: z.string() })).length(1) })
    .parse(parse(readFileSync(join(root, folder, 'pyroscope.yaml'), 'utf8')));
  assert.deepEqual(datasources[0], { type: 'grafana-pyroscope-datasource', url: 'http://pyroscope:4040' });
  assert.equal(compose.gateway.environment?.['PYROSCOPE_URL'], 'http://pyroscope:4040');
});

test('everything that is copied from the checkout exists', () => {
  for (const instructions of stages.values()) {
    for (const { verb, rest } of instructions) {
      if (verb !== 'COPY' || rest.startsWith('--from=')) continue;
      for (const source of rest.split(' ').slice(0, -1)) assert.ok(existsSync(join(root, source)), source);
    }
  }
});

for (const name of ['gateway', 'app'] as const) {
  test(`${name} runs as a user who is not root, on a file system that it cannot write to`, () => {
    // A number, or Kubernetes' runAsNonRoot refuses it.
    assert.match(last(name, 'USER'), /^[1-9]\d*:[1-9]\d*$/);
    assert.equal(compose[name].build?.target, name);
    assert.equal(compose[name].read_only, true);
    assert.deepEqual(compose[name].cap_drop, ['ALL']);
  });
}

test('the queue of its configuration lies on the volume, which the user may write to', () => {
  const volume = last('gateway', 'VOLUME');
  assert.ok(readFileSync(join(root, 'deploy/flamegate.yaml'), 'utf8').includes(`:-${volume}}/`));
  assert.ok(compose.gateway.volumes?.some((mount) => mount.endsWith(`:${volume}`)));
  assert.ok(stage('gateway').some(({ verb, rest }) => verb === 'RUN' && rest.includes(`chown ${last('gateway', 'USER')} ${volume}`)));
});

test('the ports of the image are those of its configuration, and reach nobody but this machine', () => {
  const config = readFileSync(join(root, 'deploy/flamegate.yaml'), 'utf8');
  for (const port of last('gateway', 'EXPOSE').split(' ')) {
    assert.ok(config.includes(`0.0.0.0:${port}`), port);
    assert.ok(compose.gateway.ports?.includes(`127.0.0.1:${port}:${port}`), port);
  }
});

test('what they start, started as processes, brings a profile of the app to Pyroscope', { timeout: 60_000 }, async (t) => {
  const upstream = await openUpstream(t);
  const data = mkdtempSync(join(tmpdir(), 'flamegate-data-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const gateway = start(t, [...JSON.parse(last('gateway', 'ENTRYPOINT')), ...JSON.parse(last('gateway', 'CMD'))], {
    ...Object.fromEntries(Object.keys(compose.gateway.environment ?? {}).map((name) => [name, upstream.url])),
    FLAMEGATE_RECEIVER: '127.0.0.1:0',
    FLAMEGATE_ADMIN: '127.0.0.1:0',
    FLAMEGATE_DATA: data,
    FLAMEGATE_SHUTDOWN_DELAY: '0s',
  });
  const { receiver, admin } = await listening(gateway);
  const [, flushMs] = compose.app.command ?? [];
  assert.ok(Number(flushMs) > 0);
  start(t, [...JSON.parse(last('app', 'ENTRYPOINT')), `http://${receiver}`, '500'], {});
  assert.match(await upstream.firstPush, /^\/ingest\?.*name=demo-shop/);
  const asked = start(t, [...JSON.parse(last('gateway', 'ENTRYPOINT')), 'healthcheck', '--admin', admin], {});
  assert.deepEqual(await once(asked, 'exit'), [0, null]);
  gateway.kill('SIGTERM');
  const [code] = await once(gateway, 'exit');
  assert.equal(code, 0);
});

async function openUpstream(t: TestContext): Promise<{ url: string; firstPush: Promise<string> }> {
  const pushed = Promise.withResolvers<string>();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.end();
      pushed.resolve(request.url ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { url: `http://127.0.0.1:${port}`, firstPush: pushed.promise };
}

/** A command of the image, with what it has where it has it here. */
function start(t: TestContext, command: readonly string[], env: Record<string, string>): ChildProcess {
  const [node, ...args] = command.map((word) => (word === '/etc/flamegate/flamegate.yaml' ? join(root, 'deploy/flamegate.yaml') : word));
  assert.equal(node, 'node');
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Where it takes profiles and where its admin endpoint is, which its log says. */
async function listening(gateway: ChildProcess): Promise<{ receiver: string; admin: string }> {
  assert.ok(gateway.stdout);
  let admin: string | undefined;
  for await (const line of createInterface({ input: gateway.stdout })) {
    const { component, message, address } = JSON.parse(line) as { component: string; message: string; address?: string };
    if (message === 'admin endpoint listening') admin = address;
    if (component === 'pyroscope' && address !== undefined && admin !== undefined) return { receiver: address, admin };
  }
  throw new Error('the gateway ended before it took profiles');
}
