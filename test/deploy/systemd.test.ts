import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const unit = new URL('../../deploy/systemd/flamegate.service', import.meta.url).pathname;
const settings = new Map(
  readFileSync(unit, 'utf8')
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const { stdout = '' } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
const version = Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0);
// --offline came with 250
const skip = version >= 250 ? false : `needs systemd-analyze of systemd 250 or newer, found ${version === 0 ? 'none' : version}`;

test('the unit tells systemd what the gateway tells it, and reloads by the signal that it heeds', () => {
  assert.equal(settings.get('Type'), 'notify');
  assert.equal(settings.get('WatchdogSec'), '60s');
  assert.equal(settings.get('ExecReload'), '/bin/kill -HUP $MAINPID');
  // What systemd-notify sends comes from a child.
  assert.equal(settings.get('NotifyAccess'), 'all');
  assert.equal(settings.get('RestartPreventExitStatus'), '78');
});

test('systemd waits for longer than the configuration of the package takes to stop', () => {
  const yaml = readFileSync(new URL('../../deploy/flamegate.yaml', import.meta.url), 'utf8');
  const [, delay, timeout] = /shutdown: \{ delay: ".*:-(\d+)s\}", timeout: (\d+)s \}/.exec(yaml) ?? [];
  assert.ok(Number(delay) + Number(timeout) + 3 < Number.parseInt(settings.get('TimeoutStopSec') ?? '', 10));
});

test('systemd-analyze security: below 2.5 of 10', { skip }, () => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['security', '--offline=true', unit], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const exposure = Number(/Overall exposure level for flamegate\.service: ([\d.]+)/.exec(stdout)?.[1]);
  assert.ok(exposure < 2.5, `found ${exposure}`);
});

test('systemd-analyze verify finds nothing to say', { skip }, () => {
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('flamegate.service'));
  assert.deepEqual(about, []);
});
