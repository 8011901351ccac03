import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startGateway } from '../support/gateway.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), 'flamegate-start-'));
});
after(() => rmSync(directory, { recursive: true }));

/** Runs the command line to its end. */
function flamegate(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const seen = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        seen[name] += text;
      });
    }
    child.on('close', (code) => resolve({ code, ...seen }));
  });
}

function file(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return name;
}

const configOf = (receiver: string, url = 'http://127.0.0.1:1', admin = '127.0.0.1:0'): string => `
receivers: { pyroscope: { endpoint: "${receiver}" } }
exporters: { pyroscope: { endpoints: [ { url: "${url}" } ] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "${admin}" }
`;

for (const [what, args, code, expected] of [
  ['an unknown verb', ['vaildate', 'x.yaml'], 64, /unknown command 'vaildate'[\s\S]*Did you mean validate\?/],
  ['an unknown option', ['run', '--wach', 'x.yaml'], 64, /unknown option '--wach'[\s\S]*Did you mean --watch\?/],
  ["a flag of Alloy's run", ['run', '--server.http.listen-addr=0.0.0.0:12345', 'x.alloy'], 64, /service\.admin\.endpoint/],
  ['fmt of a missing file', ['fmt', 'nowhere.alloy'], 78, /nowhere\.alloy/],
  ['completion for another shell', ['completion', 'tcsh'], 64, /bash, zsh, fish/],
  ['a missing file', ['run', 'nowhere.yaml'], 78, /nowhere\.yaml/],
  ['no file at all', ['run'], 64, /FILE|file/],
] as const) {
  test(`${what} ends with ${code} and says what to do`, async () => {
    const { code: ended, stderr, stdout } = await flamegate(...args);
    assert.match(stderr + stdout, expected);
    assert.equal(ended, code);
  });
}

for (const [what, text, expected] of [
  ['an unknown key', configOf('127.0.0.1:0').replace('endpoints', 'endpoint'), /bad\.yaml:3:\d+ exporters\.pyroscope\.\S+ .*endpoints/],
  ['a URL that is none', configOf('127.0.0.1:0', 'pyroscope:4040'), /exporters\.pyroscope\.endpoints\[0\]\.url: .*http:\/\//],
  [
    'a driver that comes later',
    configOf('127.0.0.1:0').replace('endpoints: [', 'queue: { type: jetstream }, endpoints: ['),
    /not in this build/,
  ],
  ['a component that comes later', `${configOf('127.0.0.1:0')}processors: { redact: {} }\n`, /not in this build/],
  ['a file that it names and that is not there', configOf('127.0.0.1:0', '${file:nowhere}'), /nowhere/],
] as const) {
  test(`a configuration with ${what} ends with 78, place and path`, async () => {
    const name = file('bad.yaml', text);
    const { code, stderr } = await flamegate('run', name);
    assert.match(stderr, expected);
    assert.equal(code, 78);
    assert.equal((await flamegate('validate', name)).code, 78);
  });
}

for (const part of ['receiver', 'admin'] as const) {
  test(`a taken port of the ${part} ends with 69 and names the address`, async (t) => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    t.after(() => busy.close());
    const { port } = busy.address() as { port: number };
    const taken = `127.0.0.1:${port}`;
    const config = part === 'receiver' ? configOf(taken) : configOf('127.0.0.1:0', undefined, taken);
    const { code, stdout } = await flamegate('run', file(`${part}.yaml`, config));
    assert.match(stdout, new RegExp(`cannot listen on ${taken}`));
    assert.equal(code, 69);
  });
}

test('--watch reloads when the file is written anew', { timeout: 30_000 }, async (t) => {
  const gateway = await startGateway({ config: configOf('127.0.0.1:0'), args: ['--watch'] });
  t.after(() => gateway.stop('SIGKILL'));
  writeFileSync(gateway.configFile, configOf('127.0.0.1:0', 'http://127.0.0.1:2'));
  await gateway.line((line) => line.message === 'configuration reloaded');
});

test('a signal that opens the debugger of any other Node program opens nothing', async (t) => {
  const gateway = await startGateway({ config: configOf('127.0.0.1:0') });
  t.after(() => gateway.stop('SIGKILL'));
  gateway.process.kill('SIGUSR1');
  // Answered only after the signal was: both go through the one loop of the process.
  for (let at = 0; at < 5; at += 1) assert.equal((await fetch(`${gateway.admin}/-/healthy`)).status, 200);
  assert.equal(await gateway.stop(), 0);
  assert.doesNotMatch(gateway.stderr(), /Debugger listening/);
});
