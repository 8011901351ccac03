import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';

// The same two steps up lead to it from src/cli/ of a clone and from dist/cli/ of the package.
const packageFile = new URL('../../package.json', import.meta.url);

/** Version of this build. */
export function readVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8'))).version;
}

/** `flamegate version`. */
export function runVersion(options: { readonly json: boolean }, io: Io): number {
  const version = readVersion();
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ version, node: process.versions.node })}\n`
      : `flamegate ${version} (Node ${process.versions.node})\n`,
  );
  return exitCode.ok;
}
