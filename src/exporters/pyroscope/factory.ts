import type { ConfigFault, ExporterFactory } from '../../core/component.ts';
import { credentialFaults, tlsFaults } from '../../net/client/check-files.ts';
import { PyroscopeExporter } from './exporter.ts';
import { ackOf, attemptsOf, type PyroscopeExporterConfig, PyroscopeExporterSchema } from './schema.ts';

/** Exporters of type `pyroscope`: pushes and /ingest bodies to any number of Pyroscopes. */
export const pyroscopeExporter: ExporterFactory<typeof PyroscopeExporterSchema> = {
  kind: 'exporter',
  type: 'pyroscope',
  schema: PyroscopeExporterSchema,
  // What lies in the old queue would be left behind.
  fixedKeys: ['queue.type', 'queue.dir'],
  check: checkEndpoints,
  inForce,
  create: (config, host) => new PyroscopeExporter(config, host),
};

/** An Alloy starts without a secret that it cannot read, and so must what runs its file: each attempt looks again. */
function checkEndpoints({ endpoints, compatibility }: PyroscopeExporterConfig): ConfigFault[] {
  const severity = compatibility === 'alloy' ? 'warning' : 'error';
  const below = (at: number, fault: ConfigFault): ConfigFault => ({ ...fault, path: ['endpoints', at, ...fault.path] });
  return endpoints.flatMap((endpoint, at) => [
    ...tlsFaults(endpoint).map((fault) => below(at, fault)),
    ...credentialFaults(endpoint).map((fault) => below(at, { ...fault, severity })),
  ]);
}

/** `ack` and the number of attempts follow from the queue where they are not written. */
function inForce(config: PyroscopeExporterConfig): PyroscopeExporterConfig {
  const ack = ackOf(config);
  const endpoints = config.endpoints.map((endpoint) => ({ ...endpoint, max_backoff_retries: attemptsOf(endpoint, ack) }));
  return { ...config, ack, endpoints };
}
