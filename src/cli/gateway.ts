import { type AdminEndpoint, openAdmin, type ReloadResult } from '../admin/server.ts';
import { components } from '../components.ts';
import type { Loaded } from '../config/load.ts';
import { formatProblem } from '../config/problems.ts';
import type { Config } from '../config/schema.ts';
import { aborted } from '../core/abort.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import type { Book } from '../service/host.ts';
import { Service } from '../service/service.ts';
import type { Observe } from '../service/walk.ts';
import type { LogOutput } from '../telemetry/log-output.ts';
import type { TelemetryConfig } from '../telemetry/schema.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';

/** What a gateway is made with. */
export interface GatewayOptions {
  readonly config: Config;
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
  #lastReloadWorked = true;
  /** One reload at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#clock = options.clock ?? systemClock;
    const { version, output, config } = options;
    this.#telemetry = createTelemetry(telemetryOf(config), { version, output, clock: this.#clock });
    this.log = this.#telemetry.logger('gateway');
    this.#service = new Service({
      registry: components,
      observability: this.#telemetry,
      clock: this.#clock,
      random: Math.random,
      ...(options.observe && { observe: options.observe }),
    });
    this.#telemetry.metrics.gauge(
      'flamegate_config_last_reload_successful',
      'Whether the last reload of the configuration worked: 1 or 0.',
      () => (this.#lastReloadWorked ? 1 : 0),
    );
  }

  /** "127.0.0.1:4041", once started. */
  get adminAddress(): string {
    return this.#admin?.address ?? '';
  }

  /** The books of every endpoint. */
  get books(): readonly Book[] {
    return this.#service.books;
  }

  /** Resolves when profiles are taken; rejects with what does not start, and then nothing runs. */
  async start(): Promise<void> {
    try {
      this.#admin = await this.#openAdmin(this.#config);
      await this.#service.start(this.#config);
    } catch (why) {
      const atOnce = AbortSignal.abort(why);
      await this.#service.stop(atOnce);
      await this.#admin?.close(atOnce);
      throw why;
    }
    this.log.info('ready');
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
    this.log.info('stopping', { delay_ms: delay, timeout_ms: timeout });
    this.#service.drain();
    if (delay > 0) await this.#clock.sleep(delay, hurry).catch(() => {}); // the hurry is what the next step looks at
    const deadline = new AbortController();
    const cancel = this.#clock.after(timeout, () => deadline.abort(new Error(`not finished within shutdown.timeout of ${timeout} ms`)));
    void aborted(hurry).then(() => deadline.abort(hurry.reason));
    try {
      await this.#service.stop(deadline.signal);
    } catch (why) {
      this.log.error('a component did not stop cleanly', { reason: messageOf(why) });
    } finally {
      cancel();
    }
    await this.#admin?.close(deadline.signal);
  }

  /** Writes and sends what telemetry still has. After it nothing is logged. */
  async close(): Promise<void> {
    const deadline = new AbortController();
    const cancel = this.#clock.after(2_000, () => deadline.abort(new Error('telemetry did not finish')));
    await this.#telemetry.stop(deadline.signal);
    cancel();
  }

  async #reload(dryRun: boolean): Promise<ReloadResult> {
    const result = await this.#tryReload(dryRun).catch((why): ReloadResult => ({ kind: 'refused', lines: [messageOf(why)] }));
    if (dryRun) return result;
    this.#lastReloadWorked = result.kind !== 'refused';
    if (result.kind === 'refused') this.log.error('the new configuration is not in force, the old one runs on', { reasons: result.lines });
    else this.log.info('configuration reloaded', { outcome: result.kind });
    return result;
  }

  async #tryReload(dryRun: boolean): Promise<ReloadResult> {
    const { config, problems } = this.#options.load();
    if (config === undefined) return { kind: 'refused', lines: problems.map(formatProblem) };
    const moved = !dryRun && config.service.admin.endpoint !== this.#config.service.admin.endpoint;
    const admin = moved ? await this.#openAdmin(config) : undefined;
    const outcome = await this.#service.reload(config, dryRun);
    if (outcome.kind === 'refused') {
      await admin?.close(AbortSignal.abort(new Error(outcome.reason)));
      return { kind: 'refused', lines: [outcome.reason] };
    }
    if (outcome.kind !== 'applied') return outcome;
    this.#config = config;
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
      endpoint: config.service.admin.endpoint,
      clock: this.#clock,
      random: Math.random,
      log: this.#telemetry.logger('admin'),
      exposition: (accept) => this.#telemetry.exposition(accept),
      unready: () => this.#service.health.unready(),
      reload: (dryRun) => this.reload(dryRun),
    });
  }
}

/** The section as its own schema left it: config/ hands it on without knowing it. */
function telemetryOf(config: Config): TelemetryConfig {
  return config.service.telemetry as TelemetryConfig;
}
