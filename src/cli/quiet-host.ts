import { randomInt } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import type { Host } from '../core/component.ts';
import { HealthBoard } from '../service/health.ts';
import { createHost } from '../service/host.ts';
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
  const telemetry = createTelemetry(TelemetrySchema.parse({}), { version: readVersion(), clock: systemClock, output: nowhere });
  const host = createHost(id, {
    observability: telemetry,
    clock: systemClock,
    random: () => randomInt(randomSteps) / randomSteps,
    health: new HealthBoard(),
    shared: new SharedResources(),
    books: new Map(),
    accountClosed: () => undefined,
  });
  try {
    return await run(host);
  } finally {
    host.dispose();
    await telemetry.stop(AbortSignal.abort());
  }
}
