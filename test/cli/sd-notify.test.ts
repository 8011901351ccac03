import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SdNotify } from '../../src/cli/sd-notify.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startGateway } from '../support/gateway.ts';
import { createTestLogger, type LogLine } from '../support/host.ts';

const config = `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters: { pyroscope: { endpoints: [] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
`;

/** A systemd-notify that writes what it is told into a file. */
function recorder(t: TestContext): { readonly env: Record<string, string>; told(): string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-notify-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const told = join(directory, 'told');
  writeFileSync(told, '');
  writeFileSync(join(directory, 'systemd-notify'), `#!/bin/sh\nfor what; do echo "$what"; done >>'${told}'\n`);
  chmodSync(join(directory, 'systemd-notify'), 0o755);
  const env = { PATH: `${directory}:${process.env['PATH']}`, NOTIFY_SOCKET: '/run/nobody' };
  return { env, told: () => readFileSync(told, 'utf8').split('\n').filter(Boolean) };
}

test('systemd hears READY, WATCHDOG within half its time, and STOPPING', async (t) => {
  const { env, told } = recorder(t);
  const clock = new FakeClock();
  const lines: LogLine[] = [];
  let status = 'taking profiles';
  const options = { env: { ...env, WATCHDOG_USEC: '20000000', WATCHDOG_PID: String(process.pid) }, clock, log: createTestLogger(lines) };
  const notify = new SdNotify({ ...options, status: () => status });
  notify.ready();
  status = 'degraded: pyroscope\neu';
  await clock.advance(10_000);
  await clock.advance(10_000);
  await notify.stopping();
  assert.deepEqual(told(), [
    'READY=1',
    'STATUS=taking profiles',
    ...['WATCHDOG=1', 'STATUS=degraded: pyroscope eu'],
    ...['WATCHDOG=1', 'STATUS=degraded: pyroscope eu'],
    'STOPPING=1',
    'STATUS=stopping: what is queued is being delivered',
  ]);
  assert.deepEqual([lines, clock.pending], [[], 0]);
});

test('without NOTIFY_SOCKET nothing is told, and one that cannot be reached is said once', async (t) => {
  const { env, told } = recorder(t);
  const clock = new FakeClock();
  const lines: LogLine[] = [];
  const log = createTestLogger(lines);
  const quiet = new SdNotify({ env: { PATH: env['PATH'] }, clock, log, status: () => '' });
  quiet.ready();
  await quiet.stopping();
  assert.deepEqual([told(), lines, clock.pending], [[], [], 0]);
  const missing = new SdNotify({ env: { ...env, PATH: '/nowhere' }, clock, log, status: () => '' });
  missing.ready();
  await clock.advance(60_000);
  await missing.stopping();
  assert.deepEqual(
    lines.map(({ message }) => message),
    ['systemd cannot be notified'],
  );
});

test('a running gateway tells systemd, and its first and last lines say what ran and what came of it', async (t) => {
  const { env, told } = recorder(t);
  const gateway = await startGateway({ config, env });
  assert.equal(await gateway.stop(), 0);
  assert.deepEqual(
    told().filter((one) => !one.startsWith('STATUS')),
    ['READY=1', 'STOPPING=1'],
  );
  const first = gateway.lines.find((line) => line.component === 'gateway' && line.message !== 'configuration');
  assert.deepEqual([first?.message, first?.['files'], first?.['listeners']], ['flamegate starts', [gateway.configFile], ['127.0.0.1:0']]);
  assert.match(String(first?.['version']), /^\d+\.\d+\.\d+/);
  const last = gateway.lines.at(-1);
  assert.deepEqual([last?.level, last?.message, last?.['delivered'], last?.['lost']], ['info', 'account', 0, 0]);
  assert.match(String(last?.['time']), /^\d{4}-.*Z$/);
});

test('a start that fails says so and gives no account', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-fails-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'flamegate.yaml');
  writeFileSync(file, config.replace('endpoint: "127.0.0.1:0" } }\nexporters', 'endpoint: "192.0.2.1:1" } }\nexporters'));
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
  const { status, stdout } = spawnSync(process.execPath, [main, 'run', file], { encoding: 'utf8' });
  assert.equal(status, 69, stdout);
  assert.doesNotMatch(stdout, /"delivered"/);
});
