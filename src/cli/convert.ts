import { emitTree } from '../config/convert.ts';
import { hasErrors } from '../config/problems.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { problemsAsText } from './problem-text.ts';
import { loadSources, type Sources } from './sources.ts';

/**
 * `flamegate convert`: an .alloy configuration as YAML, on stdout. What was read from the environment stays a reference to it. Resolves to 0,
 * 64 for files that are YAML already, or 78 with what cannot be expressed on stderr.
 */
export async function runConvert(options: Sources, io: Io): Promise<number> {
  const { tree, problems, sources, language, foreign } = loadSources(options, io);
  if (language !== 'alloy') {
    io.stderr.write('convert reads .alloy and .river files only; these are YAML already, see print-config\n');
    return exitCode.usage;
  }
  io.stderr.write(problemsAsText(problems, sources, io.stderr.isTty));
  if (tree === undefined || hasErrors(problems)) return exitCode.config;
  io.stdout.write(emitTree(tree, foreign));
  return exitCode.ok;
}
