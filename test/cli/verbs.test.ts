import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../../src/cli/cli.ts';
import { directory } from '../config/fakes.ts';
import { memoryIo } from './memory-io.ts';

async function run(args: readonly string[], stdin?: string): Promise<{ readonly code: number; readonly printed: string }> {
  const { io, printed } = memoryIo('.');
  const code = await runCli(args, stdin === undefined ? io : { ...io, stdin: () => Buffer.from(stdin) });
  return { code, printed: printed() };
}

test('fmt prints, names what would change, or writes', async (t) => {
  const dir = directory(t, { 'a.yaml': 'a:   1\n', 'b.yaml': 'b: 2\n' });
  const [a, b] = [join(dir, 'a.yaml'), join(dir, 'b.yaml')];
  assert.deepEqual(await run(['fmt', a]), { code: 0, printed: 'a: 1\n' });
  assert.deepEqual(await run(['fmt', '--check', dir]), { code: 1, printed: `${a}\n` });
  assert.equal(readFileSync(a, 'utf8'), 'a:   1\n');
  assert.deepEqual(await run(['fmt', '-w', a, b]), { code: 0, printed: '' });
  assert.equal(readFileSync(a, 'utf8'), 'a: 1\n');
  assert.deepEqual(await run(['fmt', '--check', dir]), { code: 0, printed: '' });
});

test('fmt refuses what it cannot read, with the place, and leaves the file alone', async (t) => {
  const dir = directory(t, { 'a.alloy': 'x = \n', 'b.yaml': 'a: b: c\n' });
  for (const [name, expected] of [
    ['a.alloy', /a\.alloy:2:1: expected a value/],
    ['b.yaml', /b\.yaml:1:4: a second "key: value"/],
  ] as const) {
    const before = readFileSync(join(dir, name), 'utf8');
    const { code, printed } = await run(['fmt', '-w', join(dir, name)]);
    assert.equal(code, 78);
    assert.match(printed, expected);
    assert.equal(readFileSync(join(dir, name), 'utf8'), before);
  }
});

test('- is stdin, in either language, for fmt and for validate', async () => {
  assert.deepEqual(await run(['fmt', '-'], 'a:   1\n'), { code: 0, printed: 'a: 1\n' });
  assert.deepEqual(await run(['fmt', '-'], 'logging {\n level="info"\n}\n'), { code: 0, printed: 'logging {\n\tlevel = "info"\n}\n' });
  const yaml =
    'receivers: { pyroscope: }\nexporters: { pyroscope: { endpoints: [ { url: "http://x" } ] } }\nservice: { pipelines: { p: { receivers: [pyroscope], exporters: [pyroscope] } } }\n';
  assert.deepEqual(await run(['validate', '-'], yaml), { code: 0, printed: '-: no problems\n' });
  const bad = await run(['validate', '-'], yaml.replace('url', 'ulr'));
  assert.equal(bad.code, 78);
  assert.match(bad.printed, /^-:2:\d+ exporters\.pyroscope\.endpoints\[0\]\.ulr: unknown key/);
  const alloy = await run(['validate', '-'], 'pyroscope.write "w" {\n  nope = 1\n}\n');
  assert.match(alloy.printed, /^-:2:3 pyroscope\.write\.w: unrecognized attribute name "nope"/);
});

async function admin(t: TestContext, status: number, body: string): Promise<string> {
  const server = http.createServer((request, response) => {
    assert.equal(request.url, '/-/ready');
    response.writeHead(status).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return String((server.address() as AddressInfo).port);
}

test('healthcheck is 0 when the gateway is ready, else 1 with the reasons', async (t) => {
  const ready = await admin(t, 200, 'ready\n');
  assert.deepEqual(await run(['healthcheck', '--admin', `127.0.0.1:${ready}`]), { code: 0, printed: '' });
  // As the configuration names it, which listens on every address.
  assert.deepEqual(await run(['healthcheck', '--admin', `0.0.0.0:${ready}`]), { code: 0, printed: '' });
  const draining = await admin(t, 503, '{"reasons":["draining","queue.dir is full"]}');
  assert.deepEqual(await run(['healthcheck', '--admin', `127.0.0.1:${draining}`]), {
    code: 1,
    printed: 'not ready: draining; queue.dir is full\n',
  });
  const foreign = await admin(t, 404, 'nothing here');
  assert.deepEqual(await run(['healthcheck', '--admin', `127.0.0.1:${foreign}`]), { code: 1, printed: 'not ready: status 404\n' });
  const nobody = await run(['healthcheck', '--admin', '127.0.0.1:1']);
  assert.equal(nobody.code, 1);
  assert.match(nobody.printed, /^127\.0\.0\.1:1 does not answer: /);
  assert.equal((await run(['healthcheck', '--admin', 'nonsense'])).code, 64);
});

test('the bash completion offers verbs, verbs below them, options and choices', async (t) => {
  const { printed } = await run(['completion', 'bash']);
  const dir = directory(t);
  const offered = (...words: readonly string[]): string[] => {
    const script = join(dir, 'ask.bash');
    const typed = words.map((word) => `'${word}'`).join(' ');
    writeFileSync(
      script,
      `${printed}\nCOMP_WORDS=(flamegate ${typed}); COMP_CWORD=${words.length}; _flamegate; printf '%s\\n' "\${COMPREPLY[@]}"\n`,
    );
    const { stdout, stderr, status } = spawnSync('bash', [script], { encoding: 'utf8', cwd: dir });
    assert.equal(status, 0, stderr);
    return stdout.split('\n').filter((line) => line !== '');
  };
  assert.deepEqual(offered('va'), ['validate']);
  assert.deepEqual(offered('queue', 'ver'), ['verify']);
  assert.deepEqual(offered('validate', '--on'), ['--online']);
  assert.deepEqual(offered('completion', 'f'), ['fish']);
  assert.deepEqual(offered('run', 'ask'), ['ask.bash']);
});

test('each shell gets a script that names every verb', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, printed } = await run(['completion', shell]);
    assert.equal(code, 0);
    for (const verb of ['run', 'validate', 'print-config', 'queue', 'healthcheck', 'fmt'])
      assert.match(printed, new RegExp(`\\b${verb}\\b`));
  }
});

test('version says what was built', async () => {
  const { printed } = await run(['version', '--json']);
  const told = JSON.parse(printed) as Record<string, string>;
  assert.match(told['version'] ?? '', /^\d+\.\d+\.\d+/);
  assert.equal(told['node'], process.versions.node);
  // A copy without history has neither.
  if (told['commit'] !== undefined) assert.match(`${told['commit']} ${told['date']}`, /^[0-9a-f]{40} \d{4}-\d\d-\d\dT/);
});
