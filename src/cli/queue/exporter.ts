import { components } from '../../components.ts';
import type { Exporter } from '../../core/component.ts';
import { withQuietHost } from '../quiet-host.ts';
import { UsageError } from './usage-error.ts';

/** Runs with an exporter of this build, outside any gateway: its verdicts are told to whoever hands it a batch. Throws UsageError when the
 *  settings are no good. */
export async function withExporter<T>(type: string, settings: object, run: (exporter: Exporter) => Promise<T>): Promise<T> {
  const factory = components.exporters.find((candidate) => candidate.type === type);
  if (factory === undefined) throw new Error(`this build has no exporter ${type}`);
  const parsed = factory.schema.safeParse(settings);
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return withQuietHost(type, async (host) => {
    const exporter = factory.create(parsed.data, host);
    try {
      await exporter.start();
      exporter.activate?.();
      return await run(exporter);
    } finally {
      await exporter.stop(AbortSignal.abort());
    }
  });
}
