import { follow } from '../core/abort.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import type { Io } from './io.ts';
import { parseSinkFlags, type SinkFlags } from './sink/flags.ts';
import { formatTotals } from './sink/report.ts';
import { type Sink, startSink } from './sink/server.ts';
import type { Totals } from './sink/totals.ts';

/** How often the totals are printed while something arrives. */
const reportEveryMs = 5_000;
const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * `flamegate sink`: runs a stand-in for Pyroscope until its duration is over, a signal comes or `stop` aborts, and prints what arrived.
 * Resolves to the exit code.
 */
export async function runSink(flags: SinkFlags, io: Io, stop?: AbortSignal, clock: Clock = systemClock): Promise<number> {
  const parsed = parseSinkFlags(flags);
  if (parsed.kind === 'wrong') {
    io.stderr.write(`${parsed.message}\n`);
    return exitCode.usage;
  }
  const { listen, answers, durationMs, json } = parsed;
  let sink: Sink;
  try {
    sink = await startSink({ ...listen, answers, clock });
  } catch (error) {
    io.stderr.write(`the sink cannot listen on ${flags.listen}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
  io.stderr.write(`the sink listens at ${sink.url}\n`);
  await printUntil(sink, { stop, durationMs, clock }, (totals) => io.stdout.write(formatTotals(totals, json)));
  await sink.close();
  io.stdout.write(formatTotals(sink.totals, json));
  return exitCode.ok;
}

interface End {
  readonly stop: AbortSignal | undefined;
  readonly durationMs: number | undefined;
  readonly clock: Clock;
}

/** Prints the totals now and then, when they have changed. */
async function printUntil(sink: Sink, { stop, durationMs, clock }: End, print: (totals: Totals) => void): Promise<void> {
  const end = follow(stop);
  const stopNow = (): void => end.controller.abort();
  const cancel = durationMs === undefined ? undefined : clock.after(durationMs, stopNow);
  for (const name of signals) process.once(name, stopNow);
  let printed = 0;
  while (await sleptUntil(reportEveryMs, end.controller.signal, clock)) {
    const { requests, refused } = sink.totals;
    if (requests + refused === printed) continue;
    printed = requests + refused;
    print(sink.totals);
  }
  for (const name of signals) process.off(name, stopNow);
  cancel?.();
  end.release();
}

/** False when the signal came first. */
async function sleptUntil(ms: number, signal: AbortSignal, clock: Clock): Promise<boolean> {
  await clock.sleep(ms, signal).catch(() => undefined); // it rejects for no other reason
  return !signal.aborted;
}
