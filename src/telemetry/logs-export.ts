import { isDeepStrictEqual } from 'node:util';
import type { Attributes } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { aborted } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import type { Level } from '../core/levels.ts';
import { Losses } from './losses.ts';
import { type OtlpTarget, otlpTarget, sendOtlp } from './otlp.ts';
import type { TelemetryConfig } from './schema.ts';

/** What lines are exported with. */
export interface LogsExportOptions {
  readonly version: string;
  readonly clock: Clock;
  /** Where it is said that lines are lost; these lines are exported like all others, and there is one a minute. */
  readonly log: () => Logger;
}

// SeverityNumber of the OpenTelemetry log data model.
const severities: Readonly<Record<Level, number>> = { debug: 5, info: 9, warn: 13, error: 17 };
const everyMs = 1_000;
const mostLines = 512;
const mostBytes = 4 * 2 ** 20; // of lines that wait; what comes then is lost and counted

/** Sends the lines of the log by OTLP as well, some at a time: each at once where there is one request under way at most. */
export class LogsExport {
  readonly #options: LogsExportOptions;
  readonly #resource: Resource;
  readonly #scope: { readonly name: string; readonly version: string };
  readonly #stopping = new AbortController();
  #losses: Losses | undefined;
  #target: OtlpTarget | undefined;
  /** As pino wrote them. */
  #waiting: string[] = [];
  #waitingBytes = 0;
  #cancel: (() => void) | undefined;
  #sending: Promise<void> | undefined;

  constructor(config: TelemetryConfig['logs'], options: LogsExportOptions) {
    this.#options = options;
    this.#resource = resourceFromAttributes({ 'service.name': 'flamegate', 'service.version': options.version });
    this.#scope = { name: 'flamegate', version: options.version };
    this.reconfigure(config);
  }

  reconfigure({ otlp }: TelemetryConfig['logs']): void {
    const target = otlp && otlpTarget(otlp, 'logs');
    if (!isDeepStrictEqual(target, this.#target)) this.#target = target;
    if (target === undefined) this.#drop();
  }

  /** Takes one line in JSON. */
  push(json: string): void {
    if (this.#target === undefined || this.#stopping.signal.aborted) return;
    if (this.#waitingBytes + json.length > mostBytes) {
      this.#lost(1, 'too many wait');
      return;
    }
    this.#waiting.push(json);
    this.#waitingBytes += json.length;
    this.#cancel ??= this.#options.clock.after(everyMs, () => {
      this.#cancel = undefined;
      this.#begin();
    });
  }

  /** Resolves when everything is sent, or when `deadline` aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#begin();
    await Promise.race([this.#sending, aborted(deadline)]);
    this.#cancel?.();
    this.#stopping.abort(new Error('the gateway has stopped'));
  }

  #begin(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && this.#target !== undefined && !this.#stopping.signal.aborted) {
      const lines = this.#waiting.splice(0, mostLines);
      for (const line of lines) this.#waitingBytes -= line.length;
      const body = ProtobufLogsSerializer.serializeRequest(lines.map((line) => this.#record(line)));
      if (body === undefined) continue;
      const fault = await sendOtlp(this.#target, body, this.#options.clock, this.#stopping.signal);
      if (fault !== undefined && !this.#stopping.signal.aborted) this.#lost(lines.length, fault);
    }
  }

  #record(json: string): Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number] {
    // Written by pino a moment ago, with these keys.
    const { level, time, message, ...facts } = JSON.parse(json) as { level: Level; time: string; message: string; [fact: string]: unknown };
    // biome-ignore lint/style/noRestrictedGlobals: reads a time that the clock gave; none is taken here
    const at = millisToHrTime(Date.parse(time));
    return {
      hrTime: at,
      hrTimeObserved: at,
      severityNumber: severities[level],
      severityText: level,
      body: message,
      attributes: attributesOf(facts),
      droppedAttributesCount: 0,
      resource: this.#resource,
      instrumentationScope: this.#scope,
    };
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #lost(lines: number, fault: string): void {
    this.#losses ??= new Losses('lines', 'lines of the log could not be sent', { clock: this.#options.clock, log: this.#options.log() });
    this.#losses.report(lines, fault);
  }
}

function attributesOf(facts: Readonly<Record<string, unknown>>): Attributes {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      return [name, plain ? value : JSON.stringify(value)];
    }),
  );
}
