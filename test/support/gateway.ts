import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkAccount } from './account.ts';

const checkout = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** A line of the log in JSON. */
export interface GatewayLine {
  readonly level?: string;
  readonly component?: string;
  readonly message?: string;
  readonly [fact: string]: unknown;
}

/** A gateway process under test. */
export interface GatewayProcess {
  readonly process: ChildProcess;
  readonly pid: number;
  /** A directory of its own, removed with it. */
  readonly directory: string;
  readonly configFile: string;
  readonly lines: readonly GatewayLine[];
  readonly stderr: () => string;
  /** "http://127.0.0.1:PORT" of the admin endpoint. */
  readonly admin: string;
  /** "127.0.0.1:PORT" of a receiver, by component id. */
  address(receiver?: string): string;
  /** Resolves with the first line, past or future, for which the predicate holds. */
  line(is: (line: GatewayLine) => boolean): Promise<GatewayLine>;
  metrics(): Promise<Metrics>;
  /** Rejects unless the account adds up. */
  checkAccount(): Promise<void>;
  /** Resolves with the exit code. Before it is asked to stop (not before it is killed) its account is checked. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  readonly exited: Promise<number | null>;
}

export interface GatewayOptions {
  /** The configuration; ports 0 are taken anew. Receivers and admin must listen on 127.0.0.1:0. */
  readonly config: string;
  readonly fileName?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A directory of an earlier gateway to go on in; it is not removed. */
  readonly directory?: string;
  /** Runs the gateway by it: a command and its first arguments. */
  readonly by?: readonly string[];
  /** The program that Node runs; src/main.ts when left out. */
  readonly main?: string;
}

/** Starts `run` and resolves when /-/ready says yes; rejects with what the process printed when it ends before. */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'flamegate-e2e-'));
  const configFile = join(directory, options.fileName ?? 'flamegate.yaml');
  writeFileSync(configFile, options.config);
  const [command = '', ...args] = [
    ...(options.by ?? []),
    process.execPath,
    options.main ?? checkout,
    'run',
    configFile,
    ...(options.args ?? []),
  ];
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: GatewayLine[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
    lines.push(parseLine(text));
    for (const look of waiting) look();
  });

  const line = (is: (line: GatewayLine) => boolean): Promise<GatewayLine> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(is);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void exited.then((code) => {
        look();
        reject(new Error(`the gateway ended with ${code} before it said so\n${stderr}${JSON.stringify(lines.slice(-20), null, 1)}`));
      });
    });

  const listening = await line((one) => one.message === 'admin endpoint listening');
  const admin = `http://${listening['address']}`;
  await line((one) => one.message === 'ready');
  const metrics = async (): Promise<Metrics> => parseMetrics(await (await fetch(`${admin}/metrics`)).text());
  const runs = (): boolean => child.exitCode === null && child.signalCode === null;
  const check = (): Promise<void> => checkAccount(admin, metrics);
  return {
    process: child,
    pid: child.pid as number,
    directory,
    configFile,
    lines,
    stderr: () => stderr,
    admin,
    line,
    exited,
    address(receiver = 'pyroscope') {
      const found = lines.findLast((one) => one.message === 'listening for profiles' && one.component === receiver);
      if (found === undefined) throw new Error(`${receiver} did not say where it listens`);
      return String(found['address']);
    },
    metrics,
    checkAccount: check,
    async stop(signal = 'SIGTERM') {
      try {
        if (signal === 'SIGTERM' && runs()) await check();
      } finally {
        child.kill(signal); // whatever the check says
        await exited;
        if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
      }
      return exited;
    },
  };
}

/** The samples of a Prometheus exposition, by name and labels. */
export interface Metrics {
  /** Sum of all samples of this name whose labels include these. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** Whether there is any. */
  has(name: string, labels?: Readonly<Record<string, string>>): boolean;
  readonly names: ReadonlySet<string>;
}

function parseMetrics(text: string): Metrics {
  const samples: { name: string; labels: Record<string, string>; value: number }[] = [];
  for (const line of text.split('\n')) {
    const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)/.exec(line);
    if (parts === null || line.startsWith('#')) continue;
    const labels = Object.fromEntries([...(parts[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
    samples.push({ name: parts[1] as string, labels, value: Number(parts[3]) });
  }
  const find = (name: string, labels: Readonly<Record<string, string>>): typeof samples => {
    const wanted = Object.entries(labels);
    return samples.filter((sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value));
  };
  return {
    names: new Set(samples.map((sample) => sample.name)),
    sum: (name, labels = {}) => find(name, labels).reduce((total, sample) => total + sample.value, 0),
    has: (name, labels = {}) => find(name, labels).length > 0,
  };
}

function parseLine(text: string): GatewayLine {
  try {
    return JSON.parse(text) as GatewayLine;
  } catch {
    return { message: text };
  }
}
