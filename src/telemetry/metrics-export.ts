import { isDeepStrictEqual } from 'node:util';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { aborted } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import type { MetricReading } from './instruments.ts';
import { Losses } from './losses.ts';
import { resourceMetrics } from './metrics-data.ts';
import { type OtlpTarget, otlpTarget, sendOtlp } from './otlp.ts';
import type { TelemetryConfig } from './schema.ts';

/** What metrics are exported with. */
export interface MetricsExportOptions {
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly read: () => Promise<readonly MetricReading[]>;
}

/**
 * Sends the metrics by OTLP, every interval. One request at a time, made anew for each: a receiver that hangs or refuses costs the memory of
 * one request, and hears the numbers of now when it is back, because they are totals.
 */
export class MetricsExport {
  readonly #options: MetricsExportOptions;
  readonly #startedAt: number;
  readonly #losses: Losses;
  readonly #stopping = new AbortController();
  #plan: { readonly target: OtlpTarget; readonly intervalMs: number } | undefined;
  #cancel = (): void => {};
  #sending: Promise<void> | undefined;

  constructor(config: TelemetryConfig['metrics'], options: MetricsExportOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#losses = new Losses('metrics', 'metrics could not be sent', options);
    this.reconfigure(config);
  }

  reconfigure({ otlp }: TelemetryConfig['metrics']): void {
    const plan = otlp && { target: otlpTarget(otlp, 'metrics'), intervalMs: otlp.interval };
    if (isDeepStrictEqual(plan, this.#plan)) return;
    this.#plan = plan;
    this.#cancel();
    if (plan !== undefined) this.#wait(plan.intervalMs);
  }

  /** Sends the last numbers; resolves when they are sent, or when `deadline` aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#cancel();
    if (this.#plan !== undefined) await Promise.race([this.#sendLast(), aborted(deadline)]);
    this.#stopping.abort(new Error('the gateway has stopped'));
  }

  async #sendLast(): Promise<void> {
    await this.#sending;
    await this.#send();
  }

  #wait(intervalMs: number): void {
    this.#cancel = this.#options.clock.after(intervalMs, () => {
      this.#wait(intervalMs);
      this.#sending ??= this.#send().finally(() => {
        this.#sending = undefined;
      });
    });
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    const { version, clock, read } = this.#options;
    const target = this.#plan?.target;
    if (target === undefined) return;
    const readings = await read();
    const times = { startedAt: this.#startedAt, now: clock.now() };
    const body = ProtobufMetricsSerializer.serializeRequest(resourceMetrics(readings, version, times));
    if (body === undefined) return;
    const fault = await sendOtlp(target, body, clock, this.#stopping.signal);
    if (fault !== undefined && !this.#stopping.signal.aborted) this.#losses.report(readings.length, fault);
  }
}
