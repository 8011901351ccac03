import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.ts';
import { startPyroscopeServer } from '../support/pyroscope-server.ts';
import { numbers, pushAll, temporary } from './field.ts';

// grafana/k8s-monitoring-helm at 196311099: custom components that carry other signals beside profiles, in half of its rendered files.
const configs = join(import.meta.dirname, '..', 'config', 'alloy', 'configs');

for (const [name, receiver, skipped] of [
  ['13-custom-foreign-arguments.alloy', 'pyroscope/sdk', ['collector', 'otelcol', 'otelcol', 'prometheus', 'loki']],
  ['14-custom-mixed-arguments.alloy', 'pyroscope/node.local.sdk', ['prometheus', 'prometheus']],
  ['15-custom-exports-per-signal.alloy', 'pyroscope/sdk', ['prometheus', 'loki', 'prometheus']],
] as const) {
  test(`${name} runs: its profiles are delivered, its other signals skipped with a warning each`, async (t) => {
    const upstream = await startPyroscopeServer();
    t.after(() => upstream.close());
    const config = readFileSync(join(configs, name), 'utf8')
      .replace(/^(\s*listen_port\s*= )14040$/m, '$10')
      .replace('http://127.0.0.1:14100', upstream.url);
    const args = ['--set', 'service.admin.endpoint=127.0.0.1:0'];
    const gateway = await startGateway({ config, fileName: 'gateway.alloy', directory: temporary(t), args });
    t.after(() => gateway.stop('SIGKILL'));
    await pushAll({ ...gateway, address: () => gateway.address(receiver) }, numbers(0, 3));
    assert.equal(upstream.arrivals.length, 3);
    const warnings = gateway.lines.filter(({ level, problem }) => level === 'warn' && /skipped/.test(String(problem)));
    assert.deepEqual(
      warnings.map(({ problem }) => /warning: ([a-z]+)/.exec(String(problem))?.[1]),
      skipped,
    );
  });
}
