import { Gateway as CliGateway, sourceOf } from './cli/gateway.ts';
import { loadSources } from './cli/sources.ts';
import { readVersion } from './cli/version.ts';
import type { Loaded } from './config/load.ts';
import { formatProblem } from './config/problems.ts';
import type { Problem } from './config/tree.ts';
import { type FinalAccount, finalAccount } from './service/final-account.ts';
import { type LogOutput, openLogOutput } from './telemetry/log-output.ts';

export type { Problem } from './config/tree.ts';
export type { Fate, FinalAccount } from './service/final-account.ts';

/** What a configuration is: YAML or Alloy's language as text, or what a YAML file would say as an object. */
export type Configuration = string | Readonly<Record<string, unknown>>;

/** How a gateway runs inside another program. */
export interface StartOptions {
  /** What `${env:NAME}` stands for; nothing when left out, so that a configuration reads no variable that it was not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where lines of the log go: a stream of this process, or a function that takes each line without its line feed. stderr when left out. */
  readonly log?: 'stdout' | 'stderr' | ((line: string) => void);
}

/** What came of {@link Gateway.reload}. */
export type Reloaded =
  | { readonly kind: 'applied' | 'unchanged' }
  /** Nothing changed, the old configuration runs on; one line for each thing that is wrong. */
  | { readonly kind: 'refused'; readonly lines: readonly string[] };

/** A configuration that cannot run. Its message has a line for each problem. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  /** Every problem, warnings too, in the order of the text. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** A gateway that takes profiles inside this program, from {@link start} on until its `stop`. It heeds no signal and ends no process. */
export class Gateway {
  readonly #inner: CliGateway;
  /** Puts another configuration where the next reload reads it. */
  readonly #replace: (configuration: Configuration) => void;

  /** Not for callers: a gateway comes from {@link start}. */
  private constructor(inner: CliGateway, replace: (configuration: Configuration) => void) {
    this.#inner = inner;
    this.#replace = replace;
  }

  /** @internal */
  static async start(configuration: Configuration, options: StartOptions): Promise<Gateway> {
    let text = textOf(configuration);
    const load = (): Loaded => loadText(text, options.env ?? {});
    const loaded = load();
    const source = sourceOf(loaded);
    if (source === undefined) throw new ConfigurationError(loaded.problems);
    const { log = 'stderr' } = options;
    const output = typeof log === 'function' ? outputTo(log) : openLogOutput(log);
    const inner = new CliGateway({ source, load, version: readVersion(), output });
    for (const problem of loaded.problems) inner.log.warn('configuration', { problem: formatProblem(problem) });
    try {
      await inner.start();
    } catch (why) {
      await inner.close();
      throw why;
    }
    return new Gateway(inner, (next) => {
      text = textOf(next);
    });
  }

  /** Where the admin endpoint listens: "127.0.0.1:4041". */
  get adminAddress(): string {
    return this.#inner.adminAddress;
  }

  /** How it is, in one line: "taking and delivering profiles", or what is not. */
  get summary(): string {
    return this.#inner.summary;
  }

  /** What became of the profiles since the start, by endpoint. */
  get account(): FinalAccount {
    return finalAccount(this.#inner.books);
  }

  /** Puts another configuration in force; whatever is wrong with it, the old one runs on. Never rejects. */
  async reload(configuration: Configuration): Promise<Reloaded> {
    this.#replace(configuration);
    const result = await this.#inner.reload();
    return result.kind === 'refused' ? result : { kind: result.kind === 'unchanged' ? 'unchanged' : 'applied' };
  }

  /**
   * Delivers what is queued within `service.shutdown`, then closes everything; when `hurry` aborts, that is over at once. Resolves to the final
   * account: what is `lost` was acknowledged and stood only in memory.
   */
  async stop(hurry: AbortSignal = new AbortController().signal): Promise<FinalAccount> {
    await this.#inner.stop(hurry);
    await this.#inner.close();
    return this.account;
  }
}

/**
 * Starts a gateway in this program. Resolves when it takes profiles; rejects with a {@link ConfigurationError}, or with what the system said of
 * a port or a directory, and then nothing runs.
 */
export function start(configuration: Configuration, options: StartOptions = {}): Promise<Gateway> {
  return Gateway.start(configuration, options);
}

/** JSON is YAML. */
function textOf(configuration: Configuration): string {
  return typeof configuration === 'string' ? configuration : JSON.stringify(configuration);
}

/** As `-` would read it. */
function loadText(text: string, env: NonNullable<StartOptions['env']>): Loaded {
  const nowhere = { isTty: false, write: () => {} };
  const io = { stdout: nowhere, stderr: nowhere, env, cwd: process.cwd(), stdin: () => new TextEncoder().encode(text) };
  return loadSources({ files: ['-'], sets: [], strict: false, secretsDir: undefined, queueDir: undefined }, io);
}

function outputTo(take: (line: string) => void): LogOutput {
  return {
    terminal: false,
    write: (line) => {
      take(line.trimEnd());
      return true;
    },
    close: async () => {},
  };
}
