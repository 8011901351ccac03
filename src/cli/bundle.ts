import { writeFileSync } from 'node:fs';
import { type AdminTarget, askAdmin } from './admin-client.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';

/** `flamegate bundle`. */
export interface BundleOptions extends AdminTarget {
  /** Where it is written; undefined: stdout. */
  readonly output: string | undefined;
}

/** Fetches the support bundle of a running gateway. Resolves to 0; rejects with AdminUnavailable. */
export async function runBundle(options: BundleOptions, io: Io): Promise<number> {
  const bundle = await (await askAdmin(options, '/api/v1/bundle')).text();
  if (options.output === undefined) {
    io.stdout.write(bundle);
    return exitCode.ok;
  }
  // Names of services and tenants are nobody else's business.
  writeFileSync(options.output, bundle, { mode: 0o600 });
  io.stderr.write(
    `${options.output} holds the configuration without its secrets, metrics, status and the last lines of the log: read it before you pass it on\n`,
  );
  return exitCode.ok;
}
