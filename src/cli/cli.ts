import { Argument, Command, CommanderError, Option } from 'commander';
import { messageOf } from '../core/errors.ts';
import type { Labels } from '../core/labels.ts';
import { alloyFlagHint } from './alloy-flags.ts';
import { completionScript, shells } from './completion.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import type { Io } from './io.ts';
import { collected, durationMs, labels } from './option-values.ts';
import { addQueueCommand } from './queue-command.ts';
import type { SinkFlags } from './sink/flags.ts';
import type { Sources } from './sources.ts';
import { readVersion, runVersion } from './version.ts';

/**
 * The verbs and their options. Everything that a verb needs is imported when it is called, so that `version` and `validate` do not load what
 * only `run` needs. Resolves to the exit code.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const hints = alloyFlagHint(argv);
  if (hints.length > 0) {
    io.stderr.write(`${hints.join('\n')}\n`);
    return exitCode.usage;
  }
  let code: number = exitCode.ok;
  const program = createProgram(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (why) {
    if (why instanceof CommanderError) return why.exitCode === 0 ? exitCode.ok : exitCode.usage;
    const failed = exitCodeOf(why);
    if (failed === exitCode.bug) throw why;
    io.stderr.write(`${messageOf(why)}\n`);
    return failed;
  }
}

/** The verbs with their options and words; the exit code of the one that ran goes to `done`. */
export function createProgram(io: Io, done: (code: number) => void): Command {
  const program = new Command('flamegate')
    .description('A gateway for continuous profiles, between profiling agents and Grafana Pyroscope.')
    .version(readVersion(), '-V, --version', 'print the version')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();

  configured(program.command('run').description('run the gateway in the foreground'))
    .option('--check-only', 'validate and stop')
    .option('--watch', 'reload when a file changes')
    .action(async (files: string[], options: RunFlags) => {
      const { runGateway } = await import('./run.ts');
      done(await runGateway({ ...sourcesOf(files, options), watch: options.watch ?? false, checkOnly: options.checkOnly ?? false }, io));
    });

  configured(program.command('validate').description('print every problem of a configuration'))
    .option('--json', 'as a JSON array')
    .option('--online', 'also connect to each endpoint, without sending a profile')
    .action(async (files: string[], options: SourceFlags & { json?: boolean; online?: boolean }) => {
      const { runValidate } = await import('./validate.ts');
      done(await runValidate({ ...sourcesOf(files, options), json: options.json ?? false, online: options.online ?? false }, io));
    });

  configured(program.command('print-config').description('print the configuration in force, defaults included, secrets hidden'))
    .option('--origin', 'print the source of each value behind it')
    .action(async (files: string[], options: SourceFlags & { origin?: boolean }) => {
      const { runPrintConfig } = await import('./print-config.ts');
      done(await runPrintConfig({ ...sourcesOf(files, options), origin: options.origin ?? false }, io));
    });

  configured(program.command('convert').description('print an .alloy configuration as YAML')).action(
    async (files: string[], options: SourceFlags) => {
      const { runConvert } = await import('./convert.ts');
      done(await runConvert(sourcesOf(files, options), io));
    },
  );

  configured(program.command('explain').description('print what a configuration does with one profile, step by step'))
    .requiredOption('--labels <labels>', 'labels of the profile: {service_name="a", env="prod"}', labels)
    .option('--profile <file>', 'the profile itself')
    .option('--tenant <tenant>', 'the tenant that its sender names', '')
    .option('--receiver <id>', 'the receiver; every receiver when left out')
    .addOption(new Option('--as <way>', 'protocol of the sender').choices(['push', 'ingest']).default('push'))
    .option('--json', 'as one JSON object')
    .action(async (files: string[], options: SourceFlags & ExplainFlags) => {
      const { runExplain } = await import('./explain.ts');
      const { profile, receiver, json = false } = options;
      done(await runExplain({ ...options, ...sourcesOf(files, options), profile, receiver, json }, io));
    });

  configured(program.command('test').description('run the tests of a configuration'))
    .option('--json', 'as a JSON array')
    .option('--junit <file>', "write a report in JUnit's XML")
    .action(async (files: string[], options: SourceFlags & { json?: boolean; junit?: string }) => {
      const { runTests } = await import('./test.ts');
      done(await runTests({ ...sourcesOf(files, options), json: options.json ?? false, junit: options.junit }, io));
    });

  program
    .command('schema')
    .description('print the JSON Schema of the YAML file')
    .action(async () => {
      const { runSchema } = await import('./schema.ts');
      done(await runSchema(io));
    });

  program
    .command('sink')
    .description('a stand-in for Pyroscope: accepts Push and /ingest, checks each profile, prints totals per series')
    .option('--listen <address>', 'address to listen on, host:port', '127.0.0.1:4100')
    .option('--status <status>', 'answer with this HTTP status')
    .option('--delay <duration>', 'wait before each answer')
    .option('--fail-ratio <ratio>', 'share of answers with that status, 0 to 1')
    .option('--duration <duration>', 'stop after this time')
    .option('--json', 'print the totals as JSON')
    .action(async (options: SinkFlags) => {
      const { runSink } = await import('./sink.ts');
      done(await runSink(options, io));
    });

  program
    .command('demo')
    .description('show the gateway at work: a program under the Pyroscope SDK pushes through a gateway into a stand-in for Pyroscope')
    .option('--duration <duration>', 'stop after this time; exit code 0 only when profiles arrived', durationMs)
    .action(async (options: { duration?: number }) => {
      const { runDemo } = await import('./demo.ts');
      done(await runDemo({ durationMs: options.duration }, io));
    });

  program
    .command('bundle')
    .description('fetch a support bundle from a running gateway: configuration without secrets, metrics, status, log')
    .option('--admin <address>', 'its admin endpoint, host:port or URL', '127.0.0.1:4041')
    .option('--token-file <file>', 'file with the token that service.admin.token_file names')
    .option('--to <file>', 'output file; stdout without it')
    .action(async (options: { admin: string; tokenFile?: string; to?: string }) => {
      const { runBundle } = await import('./bundle.ts');
      done(await runBundle({ admin: options.admin, tokenFile: options.tokenFile, output: options.to }, io));
    });

  addQueueCommand(program, io, done);

  program
    .command('fmt')
    .description('format configuration files, comments kept')
    .argument('<files...>', '.yaml or .alloy files, directories of them, or - for stdin')
    .option('-w, --write', 'write the files instead')
    .option('--check', 'list the files that would change; exit code 1 when there are any')
    .action(async (files: string[], options: { write?: boolean; check?: boolean }) => {
      const { runFmt } = await import('./fmt.ts');
      done(runFmt(files, { write: options.write ?? false, check: options.check ?? false }, io));
    });

  program
    .command('healthcheck')
    .description('ask a running gateway whether it is ready to receive: exit code 0, or 1 with the reasons')
    .option('--admin <address>', 'its admin endpoint, host:port or unix:/path', '127.0.0.1:4041')
    .option('--timeout <duration>', 'how long it may take to answer', durationMs, 5_000)
    .action(async (options: { admin: string; timeout: number }) => {
      const { runHealthcheck } = await import('./healthcheck.ts');
      done(await runHealthcheck({ admin: options.admin, timeoutMs: options.timeout }, io));
    });

  program
    .command('completion')
    .description('print the completion script for a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action((shell: (typeof shells)[number]) => {
      io.stdout.write(completionScript(program, shell));
    });

  program
    .command('version')
    .description('print the version of this build, its commit and the version of Node')
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

interface ExplainFlags {
  readonly labels: Labels;
  readonly profile?: string;
  readonly tenant: string;
  readonly receiver?: string;
  readonly as: 'push' | 'ingest';
  readonly json?: boolean;
}

interface RunFlags extends SourceFlags {
  readonly checkOnly?: boolean;
  readonly watch?: boolean;
}

/** The options of every verb that reads a configuration. */
function configured(command: Command): Command {
  return command
    .argument('[files...]', '.yaml or .alloy files, or a directory of either')
    .hook('preAction', (_, action) => {
      if (action.args.length === 0 && action.opts<SourceFlags>().config === undefined) action.error('error: expected at least one FILE');
    })
    .option('--config <file>', 'the same as naming the file', collected)
    .addOption(new Option('--set <path=value>', 'override one key; may be repeated').argParser(collected))
    .option('--strict', 'make each component of an .alloy file that is skipped an error')
    .option('--queue-dir <dir>', 'keep the queues of an .alloy file on disk, below this directory')
    .option('--secrets-dir <dir>', 'where remote.kubernetes.secret and .configmap of an .alloy file are read: DIR/NAMESPACE/NAME/KEY');
}
