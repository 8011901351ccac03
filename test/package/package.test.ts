import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startGateway } from '../support/gateway.ts';
import { startPyroscopeServer } from '../support/pyroscope-server.ts';

// The npm package as a user gets it: packed, and installed in an empty folder.
const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'flamegate-package-'));
const installed = join(folder, 'node_modules/flamegate');
const bin = join(installed, 'src/bin.cjs');
let packed: readonly string[] = [];

const configuration = (url: string): string => `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters: { pyroscope: { endpoints: [{ url: "${url}" }] } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
`;

/** Runs a command in a folder, by the Node of these tests; what it prints on stdout. */
function run(cwd: string, command: string, ...args: readonly string[]): string {
  // Not the settings of the npm that runs these tests: whoever installs the package has his own.
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const env = { ...own, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}` };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

const PackedSchema = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) })).length(1);

const AboutSchema = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) });
const SbomSchema = z.object({ components: z.array(z.object({ group: z.string().optional(), name: z.string() })) });

before(() => {
  // Of a copy of what git has, so that what lies about in the checkout is not packed, and its dist/ stays as it is.
  const copy = join(folder, 'checkout');
  run(root, 'git', 'clone', '-q', '--no-hardlinks', root, copy);
  for (const name of run(root, 'git', 'ls-files', '--modified', '--others', '--exclude-standard').split('\n').filter(Boolean)) {
    if (existsSync(join(root, name))) run(root, 'cp', '--parents', name, copy);
  }
  run(copy, 'ln', '-s', join(root, 'node_modules'), 'node_modules');
  const [one] = PackedSchema.parse(JSON.parse(run(copy, 'npm', 'pack', '--silent', '--json', '--pack-destination', folder)));
  assert.ok(one);
  packed = one.files.map(({ path }) => path);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  run(folder, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, one.filename));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('it has what runs, what an editor needs and what a reader needs, and nothing else', () => {
  const others = packed.filter((path) => !/^dist\/.*\.js$/.test(path) && !/^dist\/.*\.d\.ts$/.test(path));
  assert.deepEqual(others.sort(), ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist/build.json', 'package.json', 'src/bin.cjs']);
  // The declarations that index.d.ts leads to, not those of the whole program.
  assert.ok(packed.includes('dist/index.d.ts'));
  assert.ok(packed.filter((path) => path.endsWith('.d.ts')).length < 30);
});

test('what it says of itself is there', () => {
  const about = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
  for (const key of ['description', 'license', 'homepage', 'repository', 'bugs', 'engines', 'exports']) assert.ok(about[key], key);
  assert.ok(!existsSync(join(folder, 'node_modules/typescript')), 'nothing that only builds it is installed with it');
});

test('a release has the tarball, its sums and an SBOM of what is installed with it, and needs a section of the changelog', () => {
  const copy = join(folder, 'checkout');
  const { version, dependencies } = AboutSchema.parse(JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')));
  writeFileSync(join(copy, '.git/info/exclude'), 'node_modules\n');
  const commit = (): string =>
    run(copy, 'git', '-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-q', '--allow-empty', '-am', 'release');
  run(copy, 'git', 'add', '-A');
  commit();
  const to = join(folder, 'release');
  const refused = spawnSync(join(copy, 'scripts/release.sh'), [to], { encoding: 'utf8' });
  assert.deepEqual([refused.status, refused.stderr], [1, `CHANGELOG.md has no section ## ${version}\n`]);
  const changelog = join(copy, 'CHANGELOG.md');
  writeFileSync(changelog, readFileSync(changelog, 'utf8').replace('## Unreleased', `## ${version}`));
  commit();
  run(copy, 'scripts/release.sh', to);
  run(to, 'sha256sum', '--check', '--strict', `flamegate-${version}.sha256`);
  const { components } = SbomSchema.parse(JSON.parse(readFileSync(join(to, `flamegate-${version}.cyclonedx.json`), 'utf8')));
  const named = new Set(components.map(({ group, name }) => (group === undefined || group === '' ? name : `${group}/${name}`)));
  for (const name of Object.keys(dependencies)) assert.ok(named.has(name), name);
  assert.ok(!named.has('typescript'));
});

test('flamegate version and validate', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const flamegate = join(folder, 'node_modules/.bin/flamegate');
  assert.match(
    run(folder, flamegate, 'version'),
    new RegExp(`^flamegate ${version.replaceAll('.', '\\.')} \\(Node 24\\.[^,)]*, commit [0-9a-f]{12} of `),
  );
  writeFileSync(join(folder, 'valid.yaml'), configuration('http://127.0.0.1:4040'));
  assert.equal(run(folder, flamegate, 'validate', 'valid.yaml'), 'valid.yaml: no problems\n');
});

test('a push to run arrives', { timeout: 120_000 }, async (t) => {
  const upstream = await startPyroscopeServer();
  t.after(() => upstream.close());
  const gateway = await startGateway({ config: configuration(upstream.url), main: bin });
  t.after(() => gateway.process.kill('SIGKILL'));
  const answer = await fetch(`http://${gateway.address()}/ingest?name=packed&format=folded`, { method: 'POST', body: 'main;work 3\n' });
  assert.equal(answer.status, 200);
  await upstream.received(1);
  assert.match(upstream.arrivals[0]?.query ?? '', /name=packed/);
  assert.equal(await gateway.stop(), 0);
});

test('a program that uses it as a library has types for it, and runs', { timeout: 120_000 }, async (t) => {
  copyFileSync(join(import.meta.dirname, 'consumer.ts'), join(folder, 'consumer.ts'));
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2024', lib: ['es2024', 'dom'], strict: true, noEmit: true },
    ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  run(folder, join(root, 'node_modules/.bin/tsc'), '-p', '.');
  const upstream = await startPyroscopeServer();
  t.after(() => upstream.close());
  const told = JSON.parse((await promisify(execFile)(process.execPath, ['consumer.ts', upstream.url], { cwd: folder })).stdout) as unknown;
  assert.deepEqual(told, {
    ...{ answer: 200, ready: 200, reloads: ['unchanged', 'refused'], delivered: 1 },
    wrong: ['exporters'],
  });
  assert.match(upstream.arrivals[0]?.query ?? '', /name=library/);
});
