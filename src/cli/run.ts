import { isoTime } from '../admin/status.ts';
import type { Loaded } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import { aborted } from '../core/abort.ts';
import { systemClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { finalAccount, formatFinalAccount, lostAtShutdown } from '../service/final-account.ts';
import { openLogOutput } from '../telemetry/log-output.ts';
import type { TelemetryConfig } from '../telemetry/schema.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { FollowedPaths } from './followed-paths.ts';
import { Gateway, sourceOf } from './gateway.ts';
import type { Io } from './io.ts';
import { SdNotify } from './sd-notify.ts';
import { loadSources, type Sources } from './sources.ts';
import { readVersion } from './version.ts';

/** `flamegate run`. */
export interface RunOptions extends Sources {
  /** Reload when a file changes. */
  readonly watch: boolean;
  /** Validate and stop. */
  readonly checkOnly: boolean;
}

/** Runs the gateway until a signal stops it; resolves to the exit code. */
export async function runGateway(options: RunOptions, io: Io): Promise<number> {
  const signals = heedSignals();
  const loaded = loadSources(options, io);
  const { problems } = loaded;
  const source = sourceOf(loaded);
  if (source === undefined || options.checkOnly) {
    for (const problem of problems) io.stderr.write(`${formatProblem(problem)}\n`);
    return source === undefined ? exitCode.config : exitCode.ok;
  }
  const output = openLogOutput('stdout');
  const followed = new FollowedPaths(options.watch ? options.files.filter((name) => name !== '-') : [], loaded.followed);
  const load = (): Loaded => {
    const again = loadSources(options, io);
    // What a refused configuration names is not in force, but a change of it may be what mends it.
    followed.also(again.followed);
    return again;
  };
  const gateway = new Gateway({ source, load, version: readVersion(), output });
  for (const problem of problems) gateway.log.warn('configuration', { problem: formatProblem(problem) });
  warnOfForeignLimits(io, gateway);
  const notify = new SdNotify({ env: io.env, clock: systemClock, log: gateway.log, status: () => gateway.summary });
  const { started, code } = await startAndRun(gateway, followed, signals, notify);
  await gateway.close();
  if (!started) return code;
  const account = finalAccount(gateway.books);
  const { format } = (source.config.service.telemetry as TelemetryConfig).logs; // what its own schema made of it
  const asJson = format === 'json' || (format === 'auto' && !output.terminal);
  const head = { level: 'info', time: isoTime(systemClock.now()), component: 'gateway', message: 'account' };
  io.stdout.write(asJson ? `${JSON.stringify({ ...head, ...account })}\n` : `${formatFinalAccount(account)}\n`);
  return code;
}

interface Ran {
  /** It took profiles. */
  readonly started: boolean;
  readonly code: number;
}

async function startAndRun(gateway: Gateway, followed: FollowedPaths, signals: Signals, notify: SdNotify): Promise<Ran> {
  const starting = gateway.start();
  let started = false;
  try {
    const ready = starting.then(() => {
      started = true;
    });
    await Promise.race([ready, signals.asked]);
  } catch (why) {
    gateway.log.error('the gateway does not start', { reason: messageOf(why) });
    return { started: false, code: exitCodeOf(why) };
  }
  starting.catch(() => {}); // asked to stop before it had started: it ends with gateway.stop()
  if (started) notify.ready();
  const reload = (): void => void gateway.reload();
  signals.onReload(reload);
  followed.start(gateway.log, reload);
  await signals.asked;
  followed.stop();
  const told = notify.stopping();
  await gateway.stop(signals.hurry);
  await Promise.race([told, aborted(signals.hurry)]);
  return { started: true, code: lostAtShutdown(gateway.books) > 0 ? exitCode.lost : exitCode.ok };
}

interface Signals {
  /** Resolves with the first SIGTERM or SIGINT. */
  readonly asked: Promise<void>;
  /** Aborts with the second. */
  readonly hurry: AbortSignal;
  /** Called for each SIGHUP; at once for those that came before. */
  onReload(reload: () => void): void;
}

/** From here on no signal ends the process: a supervisor may send one before the gateway is ready. */
function heedSignals(): Signals {
  const { promise, resolve } = Promise.withResolvers<void>();
  const hurry = new AbortController();
  let signals = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    signals += 1;
    if (signals === 1) resolve();
    else hurry.abort(new Error(`a second signal, ${name}`));
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, onSignal);
  let missed = false;
  let reload = (): void => {
    missed = true;
  };
  process.on('SIGHUP', () => reload());
  const onReload = (found: () => void): void => {
    reload = found;
    if (missed) found();
  };
  return { asked: promise, hurry: hurry.signal, onReload };
}

/** Variables that limit a Go program: whoever comes from Alloy may rely on them. */
const foreignLimits = ['GOMEMLIMIT', 'GOMAXPROCS', 'AUTOMEMLIMIT'];

function warnOfForeignLimits(io: Io, gateway: Gateway): void {
  const set = foreignLimits.filter((name) => io.env[name] !== undefined);
  if (set.length > 0) gateway.log.warn('these variables are not read here, see service.memory_limit', { variables: set.join(' ') });
}
