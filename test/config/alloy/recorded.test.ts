import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Io } from '../../../src/cli/io.ts';
import { loadSources, type Sources } from '../../../src/cli/sources.ts';
import { formatPlace, type Problem } from '../../../src/config/tree.ts';
import { bytesOf } from '../../golden/bodies.ts';
import { type Case, loadCases, textOf } from '../../golden/case.ts';
import { Names, tlsFolder } from '../../golden/names.ts';
import { judge, mayRefuse } from '../../golden/verdict.ts';

const dir = mkdtempSync(join(tmpdir(), 'recorded-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const up = { url: 'http://127.0.0.1:4100', host: '127.0.0.1:4100' };
const names = new Names(dir, [up, up, up, up, up, up, up, up, up], { LISTEN_PORT: 4040, LISTEN2_PORT: 4042, HTTP_PORT: 4041 });

function ioOf(env: Readonly<Record<string, string>>): Io {
  const silent = { write() {}, isTty: false };
  return { env, cwd: dir, stdout: silent, stderr: silent };
}

function sourcesOf(files: readonly string[], strict = false): Sources {
  return { files, sets: [], strict, secretsDir: undefined, queueDir: undefined };
}

/** What the whole loader says of a file, as `validate` does; a component that comes with a later build is no mistake of the file. */
function validate(
  files: readonly string[],
  env: Readonly<Record<string, string>>,
  strict = false,
): { accepted: boolean; problems: readonly Problem[] } {
  const { problems } = loadSources(sourcesOf(files, strict), ioOf(env));
  const ofFile = problems.filter(({ message }) => !/^pyroscope\.\w+ is not in this build/.test(message));
  return { accepted: ofFile.every(({ severity }) => severity !== 'error'), problems: ofFile };
}

function validateText(text: string, env: Readonly<Record<string, string>>): { accepted: boolean; problems: readonly Problem[] } {
  const config = join(dir, 'config.alloy');
  writeFileSync(config, text);
  return validate([config], env);
}

function writeFiles(spec: Case): void {
  for (const [name, body] of Object.entries(spec.files ?? {})) {
    if (typeof body === 'object' && body !== null && 'copy' in body) copyFileSync(join(tlsFolder, body.copy), join(dir, name));
    else writeFileSync(join(dir, name), bytesOf(body));
  }
}

function envOf(spec: Case): Record<string, string> {
  return Object.fromEntries(Object.entries(spec.env ?? {}).map(([name, value]) => [name, names.fill(value)]));
}

for (const spec of loadCases()) {
  test(`takes or refuses the file of ${spec.id} as recorded`, () => {
    writeFiles(spec);
    const env = envOf(spec);
    const load = (spec.each ?? [undefined]).map((each) => {
      const { accepted, problems } = validateText(names.fill(textOf(spec.config), each), env);
      if (accepted) return { ...(each === undefined ? {} : { each }), outcome: 'runs' };
      const said = problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
      for (const phrase of spec.phrases ?? []) assert.ok(said.toLowerCase().includes(names.fill(phrase, each).toLowerCase()), said);
      return {
        ...(each === undefined ? {} : { each }),
        outcome: 'refused',
        exit: 78,
        at: problems.map(({ place }) => `${place.line}:${place.column}`),
      };
    });
    if (spec.load === true) assert.equal(judge(spec, { load }), undefined);
    else if (!mayRefuse(spec)) assert.deepEqual(load, [{ outcome: 'runs' }]);
  });
}

const configs = new URL('configs/', import.meta.url).pathname;
const fieldEnv = { FIELD_HOST: '127.0.0.1:14100' };

/** "27:1" of each problem of a real file. */
function placesIn(name: string, strict = false): string[] {
  return validate([join(configs, name)], fieldEnv, strict).problems.map(
    ({ place, severity }) => `${severity} ${place.line}:${place.column}`,
  );
}

test('takes files as people have them, with a warning for each thing that is not done', () => {
  assert.deepEqual(placesIn('01-helm-declare-receiver.alloy'), []);
  assert.deepEqual(
    placesIn('06-service-blocks.alloy'),
    ['5:3', '10:3', '14:3', '26:1', '30:1', '36:1'].map((place) => `warning ${place}`),
  );
  assert.deepEqual(
    placesIn('08-env-and-stdlib.alloy'),
    ['7:16', '12:23', '17:22'].map((place) => `warning ${place}`),
  );
  assert.ok(validate([join(configs, '03-sdk-relabel-chain.alloy')], {}).accepted);
});

test('refuses files that people have wrong, each at its place', () => {
  assert.deepEqual(placesIn('05-ebpf-beside-receiver.alloy'), ['error 27:1']);
  assert.deepEqual(placesIn('10-misplaced-auth.alloy'), ['error 15:3']);
  assert.ok(placesIn('06-service-blocks.alloy', true).includes('error 14:3'));
});

test('lists the writers that exist when a rendered file names one that does not', () => {
  const text = readFileSync(join(configs, '01-helm-declare-receiver.alloy'), 'utf8').replace(
    'pyroscope.write "field_store"',
    'pyroscope.write "other"',
  );
  const { problems } = validateText(text, {});
  assert.deepEqual(
    problems
      .filter(({ severity }) => severity === 'error')
      .map(({ place, message }) => `${formatPlace(place).replace(dir, '')} ${message}`),
    [
      '/config.alloy:24:5 component "pyroscope.write.field_store.receiver" does not exist or is out of scope; pyroscope.write blocks here: pyroscope.write.other',
    ],
  );
});

test('takes custom components of other families, for the part of them that is ours', () => {
  assert.deepEqual(
    placesIn('13-custom-foreign-arguments.alloy'),
    ['18:1', '23:1', '27:1', '31:1', '37:1'].map((place) => `warning ${place}`),
  );
  assert.deepEqual(
    placesIn('14-custom-mixed-arguments.alloy'),
    ['15:3', '29:1'].map((place) => `warning ${place}`),
  );
  assert.deepEqual(
    placesIn('15-custom-exports-per-signal.alloy'),
    ['15:3', '20:3', '36:1'].map((place) => `warning ${place}`),
  );
});

test('says of a component in a declare block what it says of the same one outside', () => {
  const inside = validate([join(configs, '16-relabel-in-declare.alloy')], {});
  const outside = validateText(
    'pyroscope.relabel "tidy" {\n  rule {\n    action = "labeldrop"\n    regex = "pod"\n  }\n  forward_to = []\n}\n',
    {},
  );
  const words = (problems: readonly Problem[]): string[] => problems.map(({ message, severity }) => `${severity} ${message}`);
  const own = ({ problems }: { readonly problems: readonly Problem[] }): string[] =>
    words(problems).filter((line) => !/enters this pipeline|has no outputs/.test(line));
  assert.deepEqual(own(inside), own(outside));
  const scrape = 'pyroscope.scrape "s" {\n  targets = []\n  forward_to = []\n}\n';
  const raw = (text: string): string[] => {
    const config = join(dir, 'config.alloy');
    writeFileSync(config, text);
    return words(loadSources(sourcesOf([config]), ioOf({})).problems);
  };
  assert.deepEqual(raw(`declare "d" {\n${scrape}}\nd "x" {\n}\n`), raw(scrape));
});

test('warns of a tenant header whose variable is not set', () => {
  const text =
    'pyroscope.write "w" {\n  endpoint {\n    url = "http://u"\n    headers = {"X-Scope-OrgID" = sys.env("TENANT")}\n    http_headers = {"x-scope-orgid" = [""]}\n  }\n}\n';
  const warnings = (env: Record<string, string>): string[] =>
    validateText(text, env).problems.flatMap(({ place, message }) =>
      /empty tenant/.test(message) ? [`${place.line}:${place.column}`] : [],
    );
  assert.deepEqual(warnings({}), ['4:16', '5:21']);
  assert.deepEqual(warnings({ TENANT: 'a' }), ['5:21']);
});

test('every real file is looked at', () => {
  assert.equal(readdirSync(configs).length, 10);
});
