import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';

// The same two steps up lead to it from src/cli/ of a clone and from dist/cli/ of the package.
const packageFile = new URL('../../package.json', import.meta.url);

/** Version of this build. */
export function readVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8'))).version;
}

/** What was built: `npm run build` leaves it beside the code that it has built. */
const BuildSchema = z.object({ commit: z.string().optional(), date: z.string().optional() });
const buildFile = new URL('../build.json', import.meta.url);

/** Commit, and its date in ISO 8601: as they were at the build, or of the checkout; neither of a copy without history. */
export function readBuild(): z.output<typeof BuildSchema> {
  if (existsSync(buildFile)) return BuildSchema.parse(JSON.parse(readFileSync(buildFile, 'utf8')));
  const root = fileURLToPath(new URL('.', packageFile));
  // Not what stands around a package that is installed in somebody else's repository.
  if (!existsSync(join(root, '.git'))) return {};
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%H %cI'], { cwd: root, encoding: 'utf8' });
  const [commit, date] = status === 0 ? stdout.trim().split(' ') : [];
  return { ...(commit && { commit }), ...(date && { date }) };
}

/** `flamegate version`. */
export function runVersion(options: { readonly json: boolean }, io: Io): number {
  const version = readVersion();
  const build = readBuild();
  const { node } = process.versions;
  if (options.json) io.stdout.write(`${JSON.stringify({ version, ...build, node })}\n`);
  else {
    const built =
      build.commit === undefined ? '' : `, commit ${build.commit.slice(0, 12)} of ${build.date?.slice(0, 10) ?? 'unknown date'}`;
    io.stdout.write(`flamegate ${version} (Node ${node}${built})\n`);
  }
  return exitCode.ok;
}
