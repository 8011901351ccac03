import { hasErrors } from '../config/problems.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { probeEndpoints } from './probe.ts';
import { problemsAsJson, problemsAsText } from './problem-text.ts';
import { loadSources, type Sources } from './sources.ts';

/** `flamegate validate`. */
export interface ValidateOptions extends Sources {
  /** Problems as a JSON array. */
  readonly json: boolean;
  /** Try each endpoint too: name, connection, TLS, credentials; no profile is sent. */
  readonly online: boolean;
}

/** Prints every problem of a configuration. Resolves to 0, 78 when one of them is an error, or 69 when an endpoint cannot be used. */
export async function runValidate(options: ValidateOptions, io: Io): Promise<number> {
  const { config, problems, sources, tree } = loadSources(options, io);
  const offline = config === undefined || tree === undefined || !options.online;
  const unreachable = offline ? [] : await probeEndpoints(config, tree);
  const told = [...problems, ...unreachable];
  io.stdout.write(options.json ? problemsAsJson(told) : problemsAsText(told, sources, io.stdout.isTty));
  if (hasErrors(problems)) return exitCode.config;
  if (!options.json && told.length === 0) io.stdout.write(`${options.files.join(', ')}: no problems\n`);
  return unreachable.length > 0 ? exitCode.unavailable : exitCode.ok;
}
