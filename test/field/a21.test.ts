import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configOf, flamegate, temporary } from './field.ts';

// open-telemetry/opentelemetry-collector-contrib#40381: a queue directory that is not writable in the pod.
const nobody = 65_534;
const skip = process.getuid?.() === 0 ? false : 'only root can run a gateway as somebody else';

for (const [what, dir] of [
  ['a directory of somebody else', 'queue'],
  ['a directory that would have to be made in one of somebody else', 'queue/below'],
] as const) {
  test(`${what} ends the start with 73, its name, its owner and its mode`, { skip }, async (t) => {
    const directory = temporary(t);
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, 'queue'), { mode: 0o750 });
    chmodSync(join(directory, 'queue'), 0o755);
    writeFileSync(join(directory, 'gateway.yaml'), configOf({ endpoints: [{ url: 'http://127.0.0.1:1' }], queue: { type: 'disk', dir } }));
    const { code, text } = await flamegate(t, ['run', 'gateway.yaml'], { directory, uid: nobody, env: { HOME: directory } });
    assert.equal(code, 73, text);
    assert.match(text, new RegExp(`queue directory \\S*${dir}: `));
    assert.doesNotMatch(text, /database/);
    assert.match(text, /uid 65534/, 'who runs');
    assert.match(text, /uid 0\b.*755|755.*uid 0\b/, 'whose it is, and its mode');
    assert.doesNotMatch(text, /"ready"/, 'it never ran without its queue');
  });
}
