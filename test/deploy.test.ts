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
});
const compose = z
  .object({ services: z.object({ pyroscope: ServiceSchema, gateway: ServiceSchema, app: ServiceSchema }) })
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
    assert.equal(last(name, 'USER'), 'node');
    assert.equal(compose[name].build?.target, name);
    assert.equal(compose[name].read_only, true);
    assert.deepEqual(compose[name].cap_drop, ['ALL']);
  });
}

test('the queue of its configuration lies on the volume, which the user may write to', () => {
  const volume = last('gateway', 'VOLUME');
  assert.ok(readFileSync(join(root, 'deploy/flamegate.yaml'), 'utf8').includes(`:-${volume}}/`));
  assert.ok(compose.gateway.volumes?.some((mount) => mount.endsWith(`:${volume}`)));
  assert.ok(stage('gateway').some(({ verb, rest }) => verb === 'RUN' && rest.includes(`chown node:node ${volume}`)));
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
  const receiver = await listeningReceiver(gateway);
  const [, flushMs] = compose.app.command ?? [];
  assert.ok(Number(flushMs) > 0);
  start(t, [...JSON.parse(last('app', 'ENTRYPOINT')), `http://${receiver}`, '500'], {});
  assert.match(await upstream.firstPush, /^\/ingest\?.*name=demo-shop/);
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

/** The address that it takes profiles at, which its log says. */
async function listeningReceiver(gateway: ChildProcess): Promise<string> {
  assert.ok(gateway.stdout);
  for await (const line of createInterface({ input: gateway.stdout })) {
    const { component, address } = JSON.parse(line) as { component: string; address?: string };
    if (component === 'pyroscope' && address !== undefined) return address;
  }
  throw new Error('the gateway ended before it took profiles');
}
