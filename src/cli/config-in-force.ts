import { createHash } from 'node:crypto';
import { isoTime } from '../admin/status.ts';
import type { StatusDocument } from '../admin/status-schema.ts';
import { printConfig, readableConfig } from '../config/print.ts';
import type { Config } from '../config/schema.ts';
import type { Tree } from '../config/tree.ts';
import type { Clock } from '../core/clock.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { Certificates } from './certificates.ts';
import { vocabulary } from './vocabulary.ts';

/** A configuration and what it was made of. */
export interface Source {
  readonly config: Config;
  readonly tree: Tree;
  /** Names of the files. */
  readonly files: readonly string[];
}

/** The configuration in force, as it is shown: without secrets, with its hash, its certificates and what came of the last reload. */
export class ConfigInForce {
  readonly #clock: Clock;
  readonly #telemetry: Pick<Telemetry, 'metrics' | 'scope'>;
  readonly #certificates: Certificates;
  #source: Source;
  #hash = '';
  #scope: { close(): void } | undefined;
  #lastReload: { readonly ok: boolean; readonly at: number } | undefined;
  #lastSuccess: number;

  constructor(source: Source, clock: Clock, telemetry: Pick<Telemetry, 'metrics' | 'scope'>) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#certificates = new Certificates(clock);
    this.#source = source;
    this.#lastSuccess = clock.now();
    this.apply(source);
    const { metrics } = telemetry;
    metrics.gauge('flamegate_config_last_reload_successful', 'Whether the last reload of the configuration worked: 1 or 0.', () =>
      this.#lastReload?.ok === false ? 0 : 1,
    );
    metrics.gauge(
      'flamegate_config_last_reload_success_timestamp_seconds',
      'When the configuration in force was put in force: the start or the last reload that worked, seconds since 1970.',
      () => this.#lastSuccess / 1000,
    );
  }

  /** Another one is in force. */
  apply(source: Source): void {
    this.#source = source;
    this.#hash = createHash('sha256').update(this.yaml).digest('hex');
    this.#scope?.close();
    const scope = this.#telemetry.scope();
    this.#scope = scope;
    const hash = this.#hash.slice(0, 16);
    scope.gauge(
      'flamegate_config_info',
      'Always 1; the label is the start of the SHA-256 of the configuration in force, its secrets left out.',
      () => 1,
      { hash },
    );
    for (const file of this.#certificates.follow(source.config)) {
      scope.gauge(
        'flamegate_certificate_days_left',
        'Days until the first certificate of this file ends; below 0 when it has ended.',
        () => this.#certificates.daysLeft(file),
        { file },
      );
    }
  }

  reloaded(ok: boolean): void {
    this.#lastReload = { ok, at: this.#clock.now() };
    if (ok) this.#lastSuccess = this.#clock.now();
  }

  get yaml(): string {
    return printConfig({ ...this.#source, ...vocabulary, origin: false });
  }

  get value(): Readonly<Record<string, unknown>> {
    return readableConfig({ ...this.#source, ...vocabulary });
  }

  get status(): StatusDocument['config'] {
    const now = this.#clock.now();
    return {
      files: [...this.#source.files],
      hash: this.#hash,
      last_reload: this.#lastReload === undefined ? null : { ok: this.#lastReload.ok, at: isoTime(this.#lastReload.at) },
      certificates: this.#certificates.all.map(({ file, subject, notAfter }) => ({
        file,
        subject,
        not_after: isoTime(notAfter),
        days_left: Math.floor((notAfter - now) / 86_400_000),
      })),
    };
  }

  stop(): void {
    this.#certificates.stop();
  }
}
