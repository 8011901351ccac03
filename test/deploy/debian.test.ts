import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { missing } from './tools.ts';

const root = new URL('../../', import.meta.url).pathname;
const { contents, scripts, depends } = z
  .object({
    contents: z.array(z.object({ src: z.string(), dst: z.string(), type: z.string().optional() })),
    scripts: z.record(z.string(), z.string()),
    depends: z.array(z.string()),
  })
  .parse(parse(readFileSync(join(root, 'deploy/nfpm/nfpm.yaml'), 'utf8')));
const about = z
  .object({ version: z.string(), engines: z.object({ node: z.string() }) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** Runs a command by the Node of these tests; what it prints on stdout. */
function run(command: string, ...args: readonly string[]): string {
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
    PYROSCOPE_URL: 'http://pyroscope:4040',
  };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(status, 0, `${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

test('everything that it is made of exists, its scripts are ones that a shell reads, and it needs the Node that the package needs', () => {
  for (const { src, type } of contents) if (type !== 'symlink' && !src.startsWith('release/')) assert.ok(existsSync(join(root, src)), src);
  for (const script of Object.values(scripts)) run('sh', '-n', script);
  assert.ok(depends.includes(`nodejs (${about.engines.node.replace('>=', '>= ')})`));
  // What an administrator changed stays.
  for (const { dst, type } of contents) if (dst.startsWith('/etc/')) assert.equal(type, 'config|noreplace', dst);
});

test('the command of the unit is in it, and the unit reads the files that it brings', () => {
  const unit = readFileSync(join(root, 'deploy/systemd/flamegate.service'), 'utf8');
  const brought = contents.map(({ dst }) => dst);
  const [, command, file] = /^ExecStart=\/usr\/bin\/env (\S+) run (\S+)$/m.exec(unit) ?? [];
  assert.ok(brought.includes(`/usr/bin/${command}`) && brought.includes(file ?? ''));
  assert.ok(brought.includes(/^EnvironmentFile=-(\S+)$/m.exec(unit)?.[1] ?? ''));
});

const dpkg = spawnSync('dpkg-deb', ['--version']).status === 0 ? false : 'needs dpkg-deb';

test('it is made, and what is in it runs and takes the configuration that it brings', {
  skip: missing('nfpm') || dpkg,
  timeout: 300_000,
}, (t) => {
  run('scripts/package-deb.sh');
  const file = join(root, `release/flamegate_${about.version}_all.deb`);
  const unpacked = mkdtempSync(join(tmpdir(), 'flamegate-deb-'));
  t.after(() => rmSync(unpacked, { recursive: true }));
  run('dpkg-deb', '--extract', file, unpacked);
  const [, linked = ''] = / \.\/usr\/bin\/flamegate -> (\S+)/.exec(run('dpkg-deb', '--contents', file)) ?? [];
  const program = join(unpacked, linked);
  assert.match(run(process.execPath, program, 'version'), new RegExp(`^flamegate ${about.version.replaceAll('.', '\\.')} `));
  run(process.execPath, program, 'validate', join(unpacked, 'etc/flamegate/flamegate.yaml'));
  assert.equal(statSync(join(unpacked, 'etc/default/flamegate')).mode & 0o777, 0o600);
});
