import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { printConfig } from '../../src/config/print.ts';
import { fakeAdmin, fakeRegistry, fakeTelemetry, goodText, type LoadFakes, loadText } from './fakes.ts';

function print(t: TestContext, text: string, origin = false, options: LoadFakes = {}): string {
  const { config, tree, lines } = loadText(t, text, options);
  assert.ok(config && tree, lines.join('\n'));
  const printed = printConfig({ config, tree, registry: fakeRegistry, admin: fakeAdmin, telemetry: fakeTelemetry, origin });
  return printed.replaceAll(/\/\S*\/(?=c\.yaml)/g, '');
}

test('prints every default, with durations and sizes as people write them', (t) => {
  assert.equal(
    print(t, goodText),
    `receivers:
  pyroscope:
    endpoint: 127.0.0.1:4040
    path_prefix: ""
    limits:
      max_request_size: 64MiB
      max_series_per_request: 10000
    timeouts:
      request: 1m
processors:
  label_drop:
    names: []
  external_labels:
    labels:
      env: staging
exporters:
  pyroscope/staging:
    endpoints:
      - url: http://pyroscope:4040
        headers:
          X-Scope-OrgID: squad-1
        protocol: connect
        remote_timeout: 10s
    ack: queued
    queue:
      type: memory
      max_size: 256MiB
service:
  pipelines:
    profiles:
      receivers: [pyroscope]
      processors: [label_drop, external_labels]
      exporters: [pyroscope/staging]
      pipelines: []
  admin:
    endpoint: 127.0.0.1:4041
  shutdown:
    delay: 0s
    timeout: 25s
  telemetry:
    logs:
      level: info
`,
  );
});

test('what is printed is the same configuration', (t) => {
  const again = loadText(t, print(t, goodText));
  assert.deepEqual(again.lines, []);
  assert.deepEqual(again.config, loadText(t, goodText).config);
});

test('tells the origin of each value', (t) => {
  const printed = print(t, goodText.replace('127.0.0.1:4040', '${env:HOST}:4040'), true, {
    env: { HOST: 'localhost' },
    sets: ['service.shutdown.timeout=5s'],
  });
  for (const line of [
    '    endpoint: localhost:4040 # c.yaml:3:15 ${env:HOST}',
    '      max_request_size: 64MiB # default',
    '      - url: http://pyroscope:4040 # c.yaml:11:14',
    '        - label_drop # c.yaml:17:20',
    '    timeout: 5s # --set:1:26',
  ]) {
    assert.ok(printed.includes(`${line}\n`), `${line}\n${printed}`);
  }
});

test('hides secrets, also those in a URL', (t) => {
  const canary = 'canary-7f3a';
  const text = goodText
    .replace('http://pyroscope', `http://user:${canary}@pyroscope`)
    .replace('        headers:', `        basic_auth: { username: a, password: ${canary} }\n        headers:`);
  for (const origin of [false, true]) {
    const printed = print(t, text, origin);
    assert.doesNotMatch(printed, new RegExp(canary));
    assert.match(printed, /url: http:\/\/<secret>@pyroscope:4040/);
    assert.match(printed, /username: a/);
    assert.match(printed, /password: <secret>/);
  }
});
