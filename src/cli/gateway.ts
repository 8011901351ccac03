import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Bundle, withoutSecrets } from '../admin/bundle.ts';
import type { AdminConfig } from '../admin/schema.ts';
import { type AdminEndpoint, openAdmin, type ReloadResult } from '../admin/server.ts';
import { isoTime, statusOf } from '../admin/status.ts';
import type { StatusDocument } from '../admin/status-schema.ts';
import { countsOf } from '../admin/targets.ts';
import { components } from '../components.ts';
import type { Loaded } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import type { Config } from '../config/schema.ts';
import { isMap } from '../config/tree.ts';
import { aborted } from '../core/abort.ts';
import { formatAddress, parseAddress } from '../core/address.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { Book } from '../service/host.ts';
import { LoopGuard } from '../service/own-profiles.ts';
import { Service } from '../service/service.ts';
import type { Observe } from '../service/walk.ts';
import type { LogOutput } from '../telemetry/log-output.ts';
import { instanceTag, OwnProfiles } from '../telemetry/profiles.ts';
import type { TelemetryConfig } from '../telemetry/schema.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { ConfigInForce, type Source } from './config-in-force.ts';

/** So long after the deadline the stop ends, even while a component does not come back from the system: a file system that hangs. */
const unresponsiveMs = 3000;

/** What a gateway is made with. */
export interface GatewayOptions {
  /** The configuration to start with. */
  readonly source: Source;
  /** Reads the configuration again, for a reload. */
  load(): Loaded;
  readonly version: string;
  readonly output: LogOutput;
  readonly clock?: Clock;
  /** Told of every batch at every node. */
  readonly observe?: Observe;
}

/**
 * One gateway: telemetry, the admin endpoint and the service. The admin endpoint is there before anything else starts, so that /-/ready can
 * say what is missing, and goes last.
 */
export class Gateway {
  readonly log: Logger;
  readonly #options: GatewayOptions;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #service: Service;
  #admin: AdminEndpoint | undefined;
  #config: Config;
  #ready = false;
  readonly #inForce: ConfigInForce;
  readonly #profiles: OwnProfiles;
  readonly #startedAt: number;
  /** One reload at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#config = options.source.config;
    this.#clock = options.clock ?? systemClock;
    const { version, output, source } = options;
    this.#startedAt = this.#clock.now();
    const instance = randomUUID();
    this.#telemetry = createTelemetry(telemetryOf(source.config), { version, output, clock: this.#clock });
    this.log = this.#telemetry.logger('gateway');
    this.#service = new Service({
      registry: components,
      observability: this.#telemetry,
      clock: this.#clock,
      random: Math.random,
      guard: new LoopGuard(instanceTag, instance),
      ...(options.observe && { observe: options.observe }),
    });
    this.#profiles = new OwnProfiles({ version, instance, log: this.#telemetry.logger('telemetry') });
    this.#inForce = new ConfigInForce(source, this.#clock, this.#telemetry);
  }

  /** "127.0.0.1:4041", once started. */
  get adminAddress(): string {
    return this.#admin?.address ?? '';
  }

  /** How it is, in one line. */
  get summary(): string {
    const unready = this.#service.health.unready();
    if (unready.length > 0) return `not ready: ${unready.join('; ')}`;
    const degraded = this.#service.health.degraded();
    return degraded.length > 0 ? `degraded: ${degraded.join('; ')}` : 'taking and delivering profiles';
  }

  /** The books of every endpoint. */
  get books(): readonly Book[] {
    return this.#service.books;
  }

  /** Resolves when profiles are taken; rejects with what does not start, and then nothing runs. */
  async start(): Promise<void> {
    const { version, source } = this.#options;
    const { receivers, service } = source.config;
    const listeners = [...receivers.values()].flatMap(({ config }) =>
      isMap(config) && typeof config['endpoint'] === 'string' ? [config['endpoint']] : [],
    );
    const node = process.versions.node;
    this.log.info('flamegate starts', { version, node, pid: process.pid, files: source.files, listeners, admin: service.admin.endpoint });
    try {
      this.#admin = await this.#openAdmin(this.#config);
      await this.#service.start(this.#config);
    } catch (why) {
      const atOnce = AbortSignal.abort(why);
      await this.#service.stop(atOnce);
      await this.#admin?.close(atOnce);
      throw why;
    }
    this.#ready = true;
    this.log.info('ready');
    void this.#profiles.send(profilesUrl(this.#config));
  }

  /** Reads the configuration again and puts it in force; whatever is wrong with it, the old one runs on. Never rejects. */
  reload(dryRun = false): Promise<ReloadResult> {
    const done = this.#turn.then(() => this.#reload(dryRun));
    this.#turn = done;
    return done;
  }

  /**
   * Lame duck for shutdown.delay, then a stop within shutdown.timeout. When `hurry` aborts, both are over at once. Everything that could not
   * be finished is in the books.
   */
  async stop(hurry: AbortSignal): Promise<void> {
    const { delay, timeout } = this.#config.service.shutdown;
    const unprofiled = this.#profiles.stop(hurry); // what it has goes out while profiles are still taken
    this.log.info('stopping', { delay_ms: delay, timeout_ms: timeout });
    this.#service.drain();
    if (delay > 0 && this.#ready) await this.#clock.sleep(delay, hurry).catch(() => {}); // the hurry is what the next step looks at
    const deadline = new AbortController();
    const cancel = this.#clock.after(timeout, () => deadline.abort(new Error(`not finished within shutdown.timeout of ${timeout} ms`)));
    void aborted(hurry).then(() => deadline.abort(hurry.reason));
    try {
      const stopping = this.#service.stop(deadline.signal);
      stopping.catch(() => {}); // where nobody waits any more
      const giveUp = (): Promise<void> => this.#clock.sleep(unresponsiveMs);
      await Promise.race([stopping, aborted(deadline.signal).then(giveUp)]);
    } catch (why) {
      this.log.error('a component did not stop cleanly', { reason: messageOf(why) });
    } finally {
      cancel();
    }
    await Promise.race([unprofiled, aborted(deadline.signal)]);
    await this.#admin?.close(deadline.signal);
  }

  /** Writes and sends what telemetry still has. After it nothing is logged. */
  async close(): Promise<void> {
    const deadline = new AbortController();
    const cancel = this.#clock.after(2_000, () => deadline.abort(new Error('telemetry did not finish')));
    this.#inForce.stop();
    await this.#telemetry.stop(deadline.signal);
    cancel();
  }

  async #reload(dryRun: boolean): Promise<ReloadResult> {
    const result = await this.#tryReload(dryRun).catch((why): ReloadResult => ({ kind: 'refused', lines: [messageOf(why)] }));
    if (dryRun) return result;
    this.#inForce.reloaded(result.kind !== 'refused');
    if (result.kind === 'refused')
      this.log.error('the new configuration is refused, the old one stays in force', { reasons: result.lines });
    else this.log.info('configuration reloaded', { outcome: result.kind });
    return result;
  }

  async #tryReload(dryRun: boolean): Promise<ReloadResult> {
    const loaded = this.#options.load();
    const source = sourceOf(loaded);
    if (source === undefined) return { kind: 'refused', lines: loaded.problems.map(formatProblem) };
    const { config } = source;
    const moved = !dryRun && config.service.admin.endpoint !== this.#config.service.admin.endpoint;
    const admin = moved ? await this.#openAdmin(config) : undefined;
    const changed = !moved && !isDeepStrictEqual(adminOf(config), adminOf(this.#config));
    const applyAdmin = changed ? this.#admin?.prepare(adminOf(config)) : undefined;
    const outcome = await this.#service.reload(config, dryRun);
    if (outcome.kind === 'refused') {
      await admin?.close(AbortSignal.abort(new Error(outcome.reason)));
      return { kind: 'refused', lines: [outcome.reason] };
    }
    if (outcome.kind !== 'applied') return outcome;
    this.#config = config;
    this.#inForce.apply(source);
    void this.#profiles.send(profilesUrl(config));
    applyAdmin?.();
    this.#telemetry.reconfigure(telemetryOf(config));
    if (admin !== undefined) this.#replaceAdmin(admin);
    return outcome;
  }

  /** The old endpoint goes once its open requests are answered: the one that asked for the reload may be among them. */
  #replaceAdmin(admin: AdminEndpoint): void {
    const old = this.#admin;
    this.#admin = admin;
    const grace = new AbortController();
    this.#clock.after(1_000, () => grace.abort(new Error('the admin endpoint has moved')));
    void old?.close(grace.signal);
  }

  #openAdmin(config: Config): Promise<AdminEndpoint> {
    return openAdmin({
      admin: adminOf(config),
      version: this.#options.version,
      clock: this.#clock,
      random: Math.random,
      log: this.#telemetry.logger('admin'),
      exposition: (accept) => this.#telemetry.exposition(accept),
      unready: () => this.#service.health.unready(),
      degraded: () => this.#service.health.degraded(),
      senders: () => this.#service.senders.rows(),
      targets: () => this.#service.targets,
      reload: (dryRun) => this.reload(dryRun),
      status: () => this.#status(),
      config: () => ({ yaml: this.#inForce.yaml, value: this.#inForce.value }),
      bundle: () => this.#bundle(),
      logLevel: () => this.#telemetry.logLevel(),
      setLogLevel: (level) => this.#telemetry.setLogLevel(level),
      pause: (exporter, endpoint, paused) => this.#service.pause(exporter, endpoint, paused),
      endpoints: () => this.#service.endpoints,
    });
  }

  async #bundle(): Promise<Bundle> {
    const bundle = {
      flamegate: {
        version: this.#options.version,
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        created: isoTime(this.#clock.now()),
      },
      status: await this.#status(),
      config: this.#inForce.yaml,
      metrics: (await this.#telemetry.exposition('')).body,
      log: [...this.#telemetry.logTail()],
    };
    return withoutSecrets(bundle, secretsOf(this.#config));
  }

  #status(): Promise<StatusDocument> {
    return statusOf({
      version: this.#options.version,
      config: this.#config,
      configStatus: this.#inForce.status,
      startedAt: this.#startedAt,
      now: this.#clock.now(),
      log_level: this.#telemetry.logLevel(),
      reasons: this.#service.health.unready(),
      healths: this.#service.health.states,
      read: (name) => this.#telemetry.samples(name),
      perSecond: (name, labels) => this.#telemetry.perSecond(name, labels),
      senders: { known: this.#service.senders.known, silent: this.#service.senders.silent },
      targets: countsOf(this.#service.targets),
    });
  }
}

/** Every secret that stands in a configuration. */
function secretsOf(value: unknown): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (value instanceof Map) return [...value.values()].flatMap(secretsOf);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(secretsOf) : [];
}

/** Where the gateway's own profiles go; undefined: nowhere. */
function profilesUrl(config: Config): string | undefined {
  const { enabled, url } = telemetryOf(config).profiles;
  if (!enabled || url !== '') return enabled ? url : undefined;
  for (const { type, config: settings } of config.receivers.values()) {
    if (type !== 'pyroscope' || !isMap(settings)) continue;
    const address = parseAddress(String(settings['endpoint']));
    if (address?.kind !== 'tcp') continue;
    const host = address.host === '0.0.0.0' ? '127.0.0.1' : address.host === '::' ? '::1' : address.host;
    return `${settings['tls'] === undefined ? 'http' : 'https'}://${formatAddress(host, address.port)}`;
  }
  return undefined;
}

/** What was loaded, where it can run. */
export function sourceOf({ config, tree, sources }: Loaded): Source | undefined {
  return config === undefined || tree === undefined ? undefined : { config, tree, files: sources.map(({ name }) => name) };
}

/** The section as its own schema left it. */
function adminOf(config: Config): AdminConfig {
  return config.service.admin as AdminConfig;
}

/** The section as its own schema left it: config/ hands it on without knowing it. */
function telemetryOf(config: Config): TelemetryConfig {
  return config.service.telemetry as TelemetryConfig;
}
