import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { openLogOutput } from '../telemetry/log-output.ts';
import { startDemoApp } from './demo/child.ts';
import { type DemoPlaces, demoConfig } from './demo/config.ts';
import { freePort } from './demo/free-port.ts';
import { formatArrival } from './demo/report.ts';
import { SentLabels, serviceOf } from './demo/sent-labels.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import { Gateway, sourceOf } from './gateway.ts';
import type { Io } from './io.ts';
import type { Arrival } from './sink/arrival.ts';
import { startSink } from './sink/server.ts';
import { loadSources } from './sources.ts';
import { readVersion } from './version.ts';

/** `flamegate demo`. */
export interface DemoOptions {
  /** How long it runs, milliseconds; undefined: until a signal ends it. */
  readonly durationMs: number | undefined;
}

const receiverPort = 4040;
const adminPort = 4041;
const flushMs = 2_000;

/**
 * A stand-in for Pyroscope, a gateway before it, and a small program under the real SDK that pushes into it: shows what arrives. Resolves to
 * the exit code, which is 0 only when profiles arrived.
 */
export async function runDemo(options: DemoOptions, io: Io): Promise<number> {
  await using opened = new AsyncDisposableStack();
  const sent = new SentLabels();
  const counts = new Map<string, number>();
  const sink = opened.adopt(
    await startSink({ host: '127.0.0.1', port: 0, clock: systemClock, onArrival: (arrival) => show(arrival, sent, counts, io) }),
    (it) => it.close(),
  );
  const dir = opened.adopt(await mkdtemp(join(tmpdir(), 'flamegate-demo-')), (it) => rm(it, { recursive: true }));
  const places = { ...(await findAddresses(io)), upstream: `http://127.0.0.1:${sink.port}`, queue: join(dir, 'queue') };
  const file = join(dir, 'flamegate.yaml');
  await writeFile(file, demoConfig(places));

  const gateway = openGateway(file, sent, io);
  opened.defer(() => gateway.close());
  try {
    await gateway.start();
  } catch (why) {
    io.stderr.write(`the gateway of the demo does not start: ${messageOf(why)}\n`);
    return exitCodeOf(why);
  }
  opened.defer(() => gateway.stop(new AbortController().signal));
  io.stdout.write(introduction(file, places));

  const app = opened.adopt(startDemoApp(`http://${places.receiver}`, flushMs), (it) => it.stop());
  const appEnded = await Promise.race([
    app.exited,
    timeIsUp(options.durationMs),
    ...['SIGINT', 'SIGTERM'].map((name) => once(process, name)),
  ]);
  if (typeof appEnded === 'number') {
    io.stderr.write(`the profiled program ended by itself, with ${appEnded}\n`);
    return exitCode.unavailable;
  }
  const profiles = [...counts.values()].reduce((sum, count) => sum + count, 0);
  io.stdout.write(`\n${profiles === 0 ? 'no profile has arrived' : `${profiles} profiles have arrived`}\n`);
  return profiles === 0 ? exitCode.unavailable : exitCode.ok;
}

async function findAddresses(io: Io): Promise<Pick<DemoPlaces, 'receiver' | 'admin'>> {
  const addressFor = async (what: string, wanted: number): Promise<string> => {
    const port = await freePort(wanted);
    if (port !== wanted) io.stdout.write(`port ${wanted} is taken: the ${what} takes ${port}\n`);
    return `127.0.0.1:${port}`;
  };
  const receiver = await addressFor('receiver', receiverPort);
  const admin = await addressFor('admin endpoint', receiver.endsWith(`:${adminPort}`) ? adminPort + 1 : adminPort);
  return { receiver, admin };
}

function openGateway(file: string, sent: SentLabels, io: Io): Gateway {
  const load = () => loadSources({ files: [file], sets: [], strict: false, secretsDir: undefined, queueDir: undefined }, io);
  const loaded = load();
  const source = sourceOf(loaded);
  if (source === undefined)
    throw new Error(`the configuration of the demo is wrong: ${loaded.problems.map(({ message }) => message).join('; ')}`);
  return new Gateway({
    source,
    load,
    version: readVersion(),
    output: openLogOutput('stderr'),
    observe: (_node, batch) => sent.note(batch),
  });
}

function introduction(file: string, places: DemoPlaces): string {
  return `flamegate demo: a program under the Pyroscope SDK -> this gateway -> a stand-in for Pyroscope

  configuration  ${file}
  receiver       http://${places.receiver}   your own SDK may push here, too
  metrics        http://${places.admin}/metrics
  upstream       ${places.upstream}
  queue          ${places.queue}

The first profiles arrive in some seconds. Ctrl-C ends it.
`;
}

function show(arrival: Arrival, sent: SentLabels, counts: Map<string, number>, io: Io): void {
  for (const { labels, profiles } of arrival.series) {
    for (const { bytes, summary } of profiles) {
      if (summary === undefined) continue;
      const service = serviceOf(labels);
      const kind = `${service} ${summary.types.map(({ type }) => type)}`;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      io.stdout.write(formatArrival({ service, sent: sent.of(labels), arrived: labels, sizeBytes: bytes.byteLength, summary }, count));
    }
  }
}

function timeIsUp(durationMs: number | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (durationMs !== undefined) systemClock.after(durationMs, resolve);
  return promise;
}
