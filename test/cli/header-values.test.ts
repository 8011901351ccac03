import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSources } from '../../src/cli/sources.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { Secret } from '../../src/core/secret.ts';
import type { HttpClientConfig } from '../../src/net/client/schema.ts';

interface LoadedHeaders {
  readonly headers: HttpClientConfig['headers'] | undefined;
  readonly lines: readonly string[];
}

/** What a configuration makes of the headers of its endpoint, where the environment has X. */
function load(t: TestContext, name: string, text: string, x: string): LoadedHeaders {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-headers-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, name);
  writeFileSync(file, text);
  const sources = { files: [file], sets: [], strict: false, secretsDir: undefined, queueDir: undefined };
  const quiet = { write: () => undefined, isTty: false };
  const io = { env: { X: x }, stdout: quiet, stderr: quiet } as unknown as Parameters<typeof loadSources>[1];
  const { config, problems } = loadSources(sources, io);
  const [exporter] = config?.exporters.values() ?? [];
  // What the schema of the exporter has made.
  const settings = exporter?.config as { readonly endpoints: readonly HttpClientConfig[] } | undefined;
  const lines = problems.filter(({ severity }) => severity === 'error').map((problem) => formatProblem(problem).replace(directory, ''));
  return { headers: settings?.endpoints[0]?.headers, lines };
}

const languages: readonly [string, string][] = [
  [
    'c.yaml',
    `receivers: { pyroscope: {} }
exporters:
  pyroscope:
    endpoints:
      - url: http://a
        headers:
          X-Region: "\${env:X}"
          X-Plain: plain
    queue: { type: memory }
service: { pipelines: { p: { receivers: [pyroscope], exporters: [pyroscope] } } }
`,
  ],
  [
    'c.alloy',
    `pyroscope.receive_http "in" {
  http { }
  forward_to = [pyroscope.write.out.receiver]
}
pyroscope.write "out" {
  endpoint {
    url = "http://a"
    headers = {
      "X-Region" = sys.env("X"),
      "X-Plain" = "plain",
    }
  }
}
`,
  ],
];

for (const [name, text] of languages) {
  test(`${name}: a header from the environment is without the line end behind it, and a secret; a literal is none`, (t) => {
    const { headers, lines } = load(t, name, text, 'hunter2\r\n');
    assert.deepEqual(lines, []);
    const { 'X-Region': region, 'X-Plain': plain } = headers ?? {};
    assert.ok(region instanceof Secret);
    assert.equal(region.reveal(), 'hunter2');
    assert.equal(plain, 'plain');
  });

  test(`${name}: what no header can carry is refused with its place, its reference and without the value`, (t) => {
    const { headers, lines } = load(t, name, text, 'hunter2\r\nX-Evil: 1');
    assert.equal(headers, undefined);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? '',
      /^\/c\.\w+:\d+:\d+ exporters\.pyroscope.*\.headers\.X-Region.*: expected the value of a header.*a line end/,
    );
    assert.match(lines[0] ?? '', name === 'c.yaml' ? /\$\{env:X\}/ : /sys\.env\("X"\)/);
    assert.doesNotMatch(lines.join(), /hunter2|X-Evil/);
  });
}
