import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { runValidate } from '../../src/cli/validate.ts';
import { runVerb } from '../support/run-verb.ts';
import { type Block, blocksOf, pages, root } from './pages.ts';

const parts = ['receivers', 'processors', 'exporters', 'service'] as const;
type Parts = Partial<Record<(typeof parts)[number], Readonly<Record<string, unknown>>>>;

const all = pages().flatMap(blocksOf);

/** What is one configuration, or a part of one: other YAML (values of a chart, objects of Kubernetes) has other keys. */
function partsOf({ language, text }: Block): Parts | undefined {
  if (language !== 'yaml') return undefined;
  const value: unknown = parseAllDocuments(text)[0]?.toJS();
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return keys.length > 0 && keys.every((key) => [...parts, 'tests'].includes(key)) ? (value as Parts) : undefined;
}

/** What is missing of a whole configuration: a receiver, an exporter, and a pipeline of what there is. */
function completed(text: string, found: Parts): string {
  if (found.service?.['pipelines'] !== undefined) return text;
  const ids = (part: Exclude<(typeof parts)[number], 'service'>, missing: string): string[] =>
    Object.keys(found[part] ?? { [missing]: null });
  const pipeline = {
    receivers: ids('receivers', 'pyroscope'),
    processors: Object.keys(found.processors ?? {}),
    exporters: ids('exporters', 'pyroscope'),
  };
  const more = [
    ...(found.receivers === undefined ? ['receivers: { pyroscope: {} }'] : []),
    ...(found.exporters === undefined ? ['exporters: { pyroscope: { endpoints: [{ url: "http://127.0.0.1:4100" }] } }'] : []),
  ];
  const pipelines = `pipelines: { profiles: ${JSON.stringify(pipeline)} }`;
  return found.service === undefined
    ? [text, ...more, `service: { ${pipelines} }`, ''].join('\n')
    : [text.replace(/^service:$/m, `service:\n  ${pipelines}`), ...more, ''].join('\n');
}

/** Files that the pages name, below the directory of the test instead of the root. */
function writeNamedFiles(text: string, dir: string): string {
  mkdirSync(join(dir, 'run'), { recursive: true });
  return text.replace(/\/(?:etc\/flamegate|run\/secrets|var\/lib\/flamegate|var\/run\/secrets)(?:\/[\w.*-]+)*/g, (path) => {
    const name = path.split('/').at(-1) ?? '';
    const target = join(dir, 'run', name);
    if (/\.(?:crt|pem|key)$/.test(name))
      copyFileSync(
        join(root, 'test/golden/tls', name.endsWith('.key') ? 'server.key' : name.startsWith('ca') ? 'ca.pem' : 'server.pem'),
        target,
      );
    else if (/users/.test(name)) writeFileSync(target, `agent:$2y$10$${'a'.repeat(53)}\n`);
    else if (!name.includes('*')) writeFileSync(target, `${'t'.repeat(40)}\n`);
    return path.startsWith('/var/lib') ? `${dir}/queue/${name}` : target;
  });
}

const env = { PYROSCOPE_URL: 'http://127.0.0.1:4100', TOKEN: 't'.repeat(40) };

for (const block of all) {
  const found = partsOf(block);
  const isAlloy = block.language === 'alloy' || block.language === 'river';
  if (found === undefined && !isAlloy) continue;
  test(`${block.page}:${block.line}: flamegate validate finds nothing wrong with it`, async (t) => {
    const text = found === undefined ? block.text : completed(block.text, found);
    let written = text;
    const outcome = await runVerb(
      t,
      (sources, io) => {
        written = writeNamedFiles(text, io.cwd);
        writeFileSync(sources.files[0] ?? '', written);
        return runValidate({ ...sources, json: false, online: false }, io);
      },
      text,
      { env, name: isAlloy ? 'c.alloy' : 'c.yaml' },
    );
    assert.equal(outcome.code, 0, `${outcome.stdout}${outcome.stderr}\n${written}`);
    if (block.page === 'README.md') assert.doesNotMatch(outcome.stdout + outcome.stderr, /warning/);
  });
}

test('there are configurations in the pages that a newcomer reads', () => {
  const read = new Set(all.filter((block) => partsOf(block) !== undefined).map(({ page }) => page));
  for (const page of ['README.md', 'docs/getting-started.md', 'docs/operations.md', 'docs/kubernetes.md']) assert.ok(read.has(page), page);
});
