import { randomInt } from 'node:crypto';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Host } from '../core/component.ts';
import { HealthBoard } from '../service/health.ts';
import { createHost, type Surroundings } from '../service/host.ts';
import { SharedResources } from '../service/shared.ts';
import type { LogOutput } from '../telemetry/log-output.ts';
import { TelemetrySchema } from '../telemetry/schema.ts';
import { createTelemetry } from '../telemetry/telemetry.ts';
import { readVersion } from './version.ts';

// As fine as backoff needs it.
const randomSteps = 2 ** 32;

/** A component's lines are not what a verb was asked for. */
const nowhere: LogOutput = { terminal: false, write: () => true, close: async () => {} };

/** Runs with a host outside any gateway: what it is told of logs, metrics and health goes nowhere, and it is gone afterwards. */
export async function withQuietHost<T>(id: string, run: (host: Host) => Promise<T>): Promise<T> {
  return withQuietSurroundings(systemClock, async (around) => {
    const host = createHost(id, around);
    try {
      return await run(host);
    } finally {
      host.dispose();
    }
  });
}

/** The same for several components, which may live by a clock of their own. */
export async function withQuietSurroundings<T>(clock: Clock, run: (around: Surroundings) => Promise<T>): Promise<T> {
  const telemetry = createTelemetry(TelemetrySchema.parse({}), { version: readVersion(), clock: systemClock, output: nowhere });
  try {
    return await run({
      observability: telemetry,
      clock,
      random: () => randomInt(randomSteps) / randomSteps,
      health: new HealthBoard(),
      shared: new SharedResources(),
      memory: { level: 'ok' },
      books: new Map(),
      accountClosed: () => undefined,
    });
  } finally {
    await telemetry.stop(AbortSignal.abort());
  }
}
