import { printConfig } from '../config/print.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { problemsAsText } from './problem-text.ts';
import { loadSources, type Sources } from './sources.ts';
import { vocabulary } from './vocabulary.ts';

/** `flamegate print-config`. */
export interface PrintConfigOptions extends Sources {
  /** Behind each value where it comes from. */
  readonly origin: boolean;
}

/** Prints the configuration in force, defaults included and secrets hidden. Resolves to 0, or 78 with the problems on stderr. */
export async function runPrintConfig(options: PrintConfigOptions, io: Io): Promise<number> {
  const { config, tree, problems, sources } = loadSources(options, io);
  io.stderr.write(problemsAsText(problems, sources, io.stderr.isTty));
  if (config === undefined || tree === undefined) return exitCode.config;
  io.stdout.write(printConfig({ config, tree, ...vocabulary, origin: options.origin }));
  return exitCode.ok;
}
