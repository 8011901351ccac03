import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { directory, goodText, loadText } from './fakes.ts';

const canary = 'canary-7f3a';

test('no message repeats what came from the environment or a file, whatever key it stands at', (t) => {
  const secretFile = join(directory(t, { secret: `${canary}\n` }), 'secret');
  const places = [
    ['url: http://pyroscope:4040', 'url: ${env:SECRET}'],
    ['url: http://pyroscope:4040', `url: \${file:${secretFile}}`],
    ['url: http://pyroscope:4040', 'url: http://x\n        remote_timeout: ${SECRET}'],
    ['url: http://pyroscope:4040', 'url: http://x\n        protocol: ${SECRET}'],
    ['url: http://pyroscope:4040', 'url: http://x\n        bearer_token: [ "${SECRET}" ]'],
    ['127.0.0.1:4040', '127.0.0.1:4040\n    limits: { max_request_size: ${SECRET}, max_series_per_request: "x${SECRET}y" }'],
    ['exporters: [pyroscope/staging]', 'exporters: ["${SECRET}"]'],
    ['receivers:\n  pyroscope:', 'receivers:\n  pyroscope: ${SECRET}\n  pyroscope/b:'],
  ] as const;
  for (const [from, to] of places) {
    const { lines } = loadText(t, goodText.replace(from, to), { env: { SECRET: canary } });
    assert.ok(lines.length > 0, to);
    assert.doesNotMatch(lines.join('\n'), new RegExp(canary), to);
  }
});

test('a value that may not be repeated is named by its reference', (t) => {
  const { lines } = loadText(t, goodText.replace('url: http://pyroscope:4040', 'url: http://x\n        remote_timeout: ${env:SECRET}'), {
    env: { SECRET: canary },
  });
  assert.match(lines.join('\n'), /expected a duration .*, found \$\{env:SECRET\}/);
});

test('no message repeats what stands at the key of a secret', (t) => {
  for (const wrong of [
    `{ password: [${canary}] }`,
    `{ password: { a: ${canary} } }`,
    canary,
    `[${canary}]`,
    `{ pasword: ${canary} }`,
    `{ password: !${canary} }`,
  ]) {
    const { lines } = loadText(t, goodText.replace('        headers:', `        basic_auth: ${wrong}\n        headers:`));
    assert.ok(lines.length > 0, wrong);
    assert.doesNotMatch(lines.join('\n'), new RegExp(canary), wrong);
  }
});

test('a checked configuration prints no secret', (t) => {
  const { config } = loadText(t, goodText.replace('        headers:', `        basic_auth: { password: ${canary} }\n        headers:`));
  assert.ok(config);
  assert.doesNotMatch(inspect(config, { depth: 20, showHidden: true }) + JSON.stringify([...config.exporters]), new RegExp(canary));
});
