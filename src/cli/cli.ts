import { Command, CommanderError, Option } from 'commander';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import type { Sources } from './sources.ts';
import { readVersion, runVersion } from './version.ts';

/**
 * The verbs and their options. Everything that a verb needs is imported when it is called, so that `version` and `validate` do not load what
 * only `run` needs. Resolves to the exit code.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let code: number = exitCode.ok;
  const program = createProgram(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (why) {
    if (!(why instanceof CommanderError)) throw why;
    return why.exitCode === 0 ? exitCode.ok : exitCode.usage;
  }
}

function createProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command('flamegate')
    .description('A gateway for continuous profiles, between profiling agents and Grafana Pyroscope.')
    .version(readVersion(), '-V, --version', 'print the version')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();

  configured(program.command('run').description('run the gateway in the foreground'))
    .option('--check-only', 'validate and stop')
    .option('--watch', 'reload when a file changes')
    .option('--queue-dir <dir>', 'keep the queues of an .alloy file on disk, below this directory')
    .action(async (files: string[], options: RunFlags) => {
      const { runGateway } = await import('./run.ts');
      done(await runGateway({ ...sourcesOf(files, options), watch: options.watch ?? false, checkOnly: options.checkOnly ?? false }, io));
    });

  program
    .command('version')
    .description('print the version of this build and of Node')
    .option('--json', 'as one JSON object')
    .action((options: { json?: boolean }) => done(runVersion({ json: options.json ?? false }, io)));

  return program;
}

function sourcesOf(files: readonly string[], flags: SourceFlags): Sources {
  return {
    files: [...files, ...(flags.config ?? [])],
    sets: flags.set ?? [],
    strict: flags.strict ?? false,
    secretsDir: flags.secretsDir,
    queueDir: flags.queueDir,
  };
}

interface SourceFlags {
  readonly config?: string[];
  readonly set?: string[];
  readonly strict?: boolean;
  readonly secretsDir?: string;
  readonly queueDir?: string;
}

interface RunFlags extends SourceFlags {
  readonly checkOnly?: boolean;
  readonly watch?: boolean;
}

/** The options of every verb that reads a configuration. */
function configured(command: Command): Command {
  const collect = (value: string, before: string[] = []): string[] => [...before, value];
  return command
    .argument('[files...]', '.yaml or .alloy files, or a directory of either')
    .option('--config <file>', 'the same as naming the file', collect)
    .addOption(new Option('--set <path=value>', 'override one key; may be repeated').argParser(collect))
    .option('--strict', 'make errors of what is left out of an .alloy file')
    .option('--secrets-dir <dir>', 'where remote.kubernetes.secret and .configmap of an .alloy file are read: DIR/NAMESPACE/NAME/KEY');
}
