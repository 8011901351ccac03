import { randomInt } from 'node:crypto';
import { components } from '../../components.ts';
import { systemClock } from '../../core/clock.ts';
import type { Exporter } from '../../core/component.ts';
import { HealthBoard } from '../../service/health.ts';
import { createHost } from '../../service/host.ts';
import { SharedResources } from '../../service/shared.ts';
import type { LogOutput } from '../../telemetry/log-output.ts';
import { TelemetrySchema } from '../../telemetry/schema.ts';
import { createTelemetry } from '../../telemetry/telemetry.ts';
import { readVersion } from '../version.ts';
import { UsageError } from './usage-error.ts';

// As fine as backoff needs it.
const randomSteps = 2 ** 32;

/** A component's lines are not what was asked for. */
const nowhere: LogOutput = { terminal: false, write: () => true, close: async () => {} };

/** Runs with an exporter of this build, outside any gateway: its verdicts are told to whoever hands it a batch. Throws UsageError when the
 *  settings are no good. */
export async function withExporter<T>(type: string, settings: object, run: (exporter: Exporter) => Promise<T>): Promise<T> {
  const factory = components.exporters.find((candidate) => candidate.type === type);
  if (factory === undefined) throw new Error(`this build has no exporter ${type}`);
  const parsed = factory.schema.safeParse(settings);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const telemetry = createTelemetry(TelemetrySchema.parse({}), { version: readVersion(), clock: systemClock, output: nowhere });
  const host = createHost(type, {
    observability: telemetry,
    clock: systemClock,
    random: () => randomInt(randomSteps) / randomSteps,
    health: new HealthBoard(),
    shared: new SharedResources(),
    books: new Map(),
    accountClosed: () => undefined,
  });
  const exporter = factory.create(parsed.data, host);
  try {
    await exporter.start();
    return await run(exporter);
  } finally {
    await exporter.stop(AbortSignal.abort());
    host.dispose();
    await telemetry.stop(AbortSignal.abort());
  }
}
