import type { ConfigFault, ExporterFactory, Held, Host } from '../../core/component.ts';
import { credentialFaults, tlsFaults } from '../../net/client/check-files.ts';
import type { Log } from '../../queue/log.ts';
import { openLog } from '../../queue/open.ts';
import type { QueueConfig } from '../../queue/schema.ts';
import { AlloyId } from './alloy-id.ts';
import { Attempter } from './attempt.ts';
import { Books } from './books.ts';
import { Condition } from './condition.ts';
import { Endings } from './endings.ts';
import { Endpoint } from './endpoint.ts';
import { PyroscopeExporter } from './exporter.ts';
import { AdaptiveGate, alwaysOpen } from './gate.ts';
import { Graveyard } from './graveyard.ts';
import { endpointNames, shownUrl } from './names.ts';
import { ackOf, type EndpointConfig, type PyroscopeExporterConfig, PyroscopeExporterSchema } from './schema.ts';
import { createSender, type Sender } from './send.ts';
import type { Waitings } from './waiting.ts';

/** Alloy's default of max_backoff_retries. */
const alloyAttempts = 10;

/** Exporters of type `pyroscope`: pushes and /ingest bodies to any number of Pyroscopes. */
export const pyroscopeExporter: ExporterFactory<typeof PyroscopeExporterSchema> = {
  kind: 'exporter',
  type: 'pyroscope',
  schema: PyroscopeExporterSchema,
  // What lies in the old queue would be left behind.
  fixedKeys: ['queue.type', 'queue.dir'],
  check: checkEndpoints,
  inForce,
  create: createExporter,
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
  const attempts = ackOf(config) === 'delivered' ? alloyAttempts : 0;
  const endpoints = config.endpoints.map((endpoint) => ({ ...endpoint, max_backoff_retries: endpoint.max_backoff_retries ?? attempts }));
  return { ...config, ack: ackOf(config), endpoints };
}

function createExporter(config: PyroscopeExporterConfig, host: Host): PyroscopeExporter {
  const delivered = ackOf(config) === 'delivered';
  const { queue } = config;
  const alloyId = config.compatibility === 'alloy' ? new AlloyId(host) : undefined;
  const shared: Shared = {
    config,
    host,
    delivered,
    alloyId,
    waitings: new WeakMap(),
    maxAgeMs: delivered ? Number.POSITIVE_INFINITY : queue.max_age,
    graveyard: new Graveyard(queue, host),
  };
  const names = endpointNames(config.endpoints);
  const senders = config.endpoints.map((endpoint) => createSender(endpoint, host));
  return new PyroscopeExporter({
    ...shared,
    ack: ackOf(config),
    checkLabels: config.compatibility === 'pyroscope',
    endpoints: senders.map((sender, at) => createEndpoint(config.endpoints[at] as EndpointConfig, names[at] ?? '', sender, shared)), // as: one sender each
    debugInfo: senders[0],
    from: queue.start,
    advice: queue.type === 'disk' ? `flamegate queue ls ${queue.dir}` : 'configure an endpoint of this name to have them delivered',
    openLog: () => (delivered ? openPrivateLog(queue, host) : openLog(queue, host)),
  });
}

/** What all endpoints of an exporter have in common. */
interface Shared {
  readonly config: PyroscopeExporterConfig;
  readonly host: Host;
  readonly delivered: boolean;
  readonly alloyId: AlloyId | undefined;
  readonly waitings: Waitings;
  readonly maxAgeMs: number;
  readonly graveyard: Graveyard;
}

function createEndpoint(endpoint: EndpointConfig, name: string, sender: Sender, shared: Shared): Endpoint {
  const { config, host, delivered, alloyId, waitings, maxAgeMs } = shared;
  const url = shownUrl(endpoint.url);
  const periods = { minMs: endpoint.min_backoff_period, maxMs: endpoint.max_backoff_period };
  const books = new Books(host, name, url);
  return new Endpoint({
    host,
    name,
    url,
    periods,
    sender,
    books,
    waitings,
    maxAgeMs,
    named: endpoint.name !== '',
    policy: { somebodyWaits: delivered, maxAttempts: endpoint.max_backoff_retries ?? (delivered ? alloyAttempts : 0) },
    gate: delivered ? alwaysOpen : new AdaptiveGate(periods, host.clock, host.random),
    attempter: new Attempter({
      host,
      name,
      sender,
      books,
      propagators: config.tracing,
      retryOn429: endpoint.retry_on_http_429,
      headers: () => alloyId?.headers() ?? {},
    }),
    endings: new Endings(host, name, books, shared.graveyard.buryFor(name)),
    condition: new Condition(host, name, url, !delivered),
    newestFirstShare: delivered ? 0 : config.queue.newest_first_share,
    durable: config.queue.type === 'disk',
  });
}

/**
 * A log for `ack: delivered`, of one instance alone: whoever waits for a record waits here, so nothing is handed over at a reload, and what the
 * receivers admit is its only bound.
 */
function openPrivateLog(queue: QueueConfig, host: Host): Promise<Held<Log>> {
  return openLog({ ...queue, max_size: Number.POSITIVE_INFINITY, overflow: 'refuse' }, alone(host));
}

/** The host, sharing nothing. */
function alone(host: Host): Host {
  return {
    ...host,
    async share(_key, open) {
      const resource = await open();
      return { resource, release: () => resource.close() };
    },
  };
}
