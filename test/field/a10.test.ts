import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { flamegate, temporary } from './field.ts';

// grafana/alloy#572: `alloy run DIR` loads each file of a directory as a part of one configuration.
const receiver = `
pyroscope.receive_http "sdk" {
  http {
    listen_address = "127.0.0.1"
    listen_port    = 14040
  }
  forward_to = [pyroscope.write.store.receiver]
}
`;
const writer = (url: string): string => `
pyroscope.write "store" {
  endpoint {
    url = "${url}"
  }
}
`;

/** A directory of files below the test's own. */
function files(t: TestContext, contents: Readonly<Record<string, string>>): string {
  const directory = temporary(t);
  mkdirSync(join(directory, 'gateway'));
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(directory, 'gateway', name), content);
  return directory;
}

test('the files of a directory are one configuration: a receiver finds its writer in another file', async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const directory = files(t, { 'a.alloy': receiver, 'b.alloy': writer(upstream.url) });
  const { code, text } = await flamegate(t, ['validate', 'gateway'], { directory });
  assert.equal(code, 0, text);
});

test('files that Alloy does not read are no part of it', async (t) => {
  const directory = files(t, { 'a.alloy': receiver + writer('http://127.0.0.1:1'), 'a.alloy.bak': receiver, 'notes.txt': 'not a block' });
  const { code, text } = await flamegate(t, ['validate', 'gateway'], { directory });
  assert.equal(code, 0, text);
});

test('a block that may stand once is refused in the second file, with the place of the first', async (t) => {
  const logging = '// line 1\n// line 2\n// line 3\n// line 4\n// line 5\n// line 6\n// line 7\nlogging {\n  level = "info"\n}\n';
  const directory = files(t, { 'a.alloy': logging + receiver, 'b.alloy': writer('http://127.0.0.1:1') + logging });
  const { code, text } = await flamegate(t, ['validate', 'gateway'], { directory });
  assert.equal(code, 78, text);
  assert.match(text, /b\.alloy:14:1\b.*block logging already declared at \S*a\.alloy:8:1/);
});
