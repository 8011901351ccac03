import type { Host } from '../../../core/component.ts';
import { messageOf } from '../../../core/errors.ts';
import type { AttemptParts } from '../attempt/attempt.ts';
import { Sender } from '../attempt/sender.ts';
import { Statuses } from '../attempt/statuses.ts';
import { Propagation, type Propagators } from '../attempt/trace.ts';
import type { BackoffPeriods } from '../pacing/backoff.ts';
import { type Ack, attemptsOf, type EndpointConfig } from '../schema.ts';
import { UrlMetrics } from './metrics.ts';
import { shownUrl } from './names.ts';

/** What all endpoints of an exporter have in common. */
export interface CommonSettings {
  readonly host: Host;
  readonly propagators: Propagators;
  /** Headers of every attempt: X-Alloy-Id. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** The exporter of an .alloy file: ids are sent where nobody traces. */
  readonly alloy: boolean;
  readonly ack: Ack;
}

/**
 * One endpoint as one configuration describes it, with its connections. Attempts under way go on with the settings they began with: the
 * connections are closed when the settings are no longer in force and the last of them has ended.
 */
export class Settings {
  readonly name: string;
  /** Whether somebody gave it its name; otherwise the name follows from the URL. */
  readonly named: boolean;
  /** Without user-info. */
  readonly url: string;
  readonly periods: BackoffPeriods;
  /** 0: no limit. */
  readonly maxAttempts: number;
  readonly sender: Sender;
  readonly #config: EndpointConfig;
  readonly #common: CommonSettings;
  #attempts: AttemptParts | undefined;
  #users = 0;
  #retired = false;
  #closed: Promise<void> | undefined;

  /** Opens nothing. Throws a sentence for a file of `tls_config` that is of no use. */
  constructor(config: EndpointConfig, name: string, common: CommonSettings) {
    const { host, headers, ack } = common;
    this.name = name;
    this.named = config.name !== '';
    this.url = shownUrl(config.url);
    this.periods = { minMs: config.min_backoff_period, maxMs: config.max_backoff_period };
    this.maxAttempts = attemptsOf(config, ack);
    this.sender = new Sender(config, host, headers);
    this.#config = config;
    this.#common = common;
  }

  /** What attempts are made with. Asking for it shows the metrics of the URL. */
  get attempts(): AttemptParts {
    const { host, propagators, alloy } = this.#common;
    this.#attempts ??= {
      host,
      name: this.name,
      sender: this.sender,
      metrics: new UrlMetrics(host, this.url),
      statuses: new Statuses(host, this.name),
      propagation: new Propagation(propagators, host.random, alloy),
      retryOn429: this.#config.retry_on_http_429,
    };
    return this.#attempts;
  }

  /** Something sends with them. */
  use(): void {
    this.#users += 1;
  }

  /** It has ended. */
  release(): void {
    this.#users -= 1;
    if (this.#retired && this.#users === 0) this.#close();
  }

  /** They are no longer in force. */
  retire(): void {
    this.#retired = true;
    if (this.#users === 0) this.#close();
  }

  /** Resolves when their connections are closed, which cuts what is still under way. */
  async close(): Promise<void> {
    this.#retired = true;
    await this.#close();
  }

  #close(): Promise<void> {
    this.#closed ??= this.sender
      .close()
      .catch((why) =>
        this.#common.host.log.warn('the connections of an endpoint did not close cleanly', { endpoint: this.name, why: messageOf(why) }),
      );
    return this.#closed;
  }
}
