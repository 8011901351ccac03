import { isDeepStrictEqual } from 'node:util';
import { type Context, type Span, type SpanOptions, type Tracer, trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { aborted } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { Losses } from './losses.ts';
import { type OtlpTarget, otlpTarget } from './otlp.ts';
import type { TelemetryConfig } from './schema.ts';

/** What traces are made of. */
export interface TracesOptions {
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const exportTimeoutMs = 5_000; // the interval of the batches: after a hang the next one is on its way within one

/** One tracer for the life of the process; where its spans go may change with a reload. */
export class Traces {
  readonly tracer: Tracer;
  readonly #options: TracesOptions;
  readonly #switch: TracerSwitch;
  #plan: Plan | undefined;
  #provider: TracerProvider | undefined;

  constructor(config: TelemetryConfig['traces'], options: TracesOptions) {
    this.#options = options;
    this.#plan = planOf(config);
    this.#provider = createProvider(this.#plan, options);
    this.#switch = new TracerSwitch(tracerOf(this.#provider, options.version));
    this.tracer = this.#switch;
  }

  /** From the next span on. What the old exporter still has is sent in the background. */
  reconfigure(config: TelemetryConfig['traces']): void {
    const plan = planOf(config);
    if (isDeepStrictEqual(plan, this.#plan)) return;
    const old = this.#provider;
    this.#plan = plan;
    this.#provider = createProvider(plan, this.#options);
    this.#switch.to(tracerOf(this.#provider, this.#options.version));
    old?.shutdown().catch(() => {}); // its exporter has reported the failure
  }

  /** Resolves when what is there is sent, or when `deadline` aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    const flushed = this.#provider?.shutdown().catch(() => {}); // its exporter has reported the failure
    await Promise.race([flushed, aborted(deadline)]);
  }
}

interface Plan extends OtlpTarget {
  readonly sampleRatio: number;
}

function planOf({ otlp, sample_ratio }: TelemetryConfig['traces']): Plan | undefined {
  if (otlp === undefined) return undefined;
  return { ...otlpTarget(otlp, 'traces'), sampleRatio: sample_ratio };
}

function createProvider(plan: Plan | undefined, options: TracesOptions): TracerProvider | undefined {
  if (plan === undefined) return undefined;
  const exporter = new OTLPTraceExporter({ url: plan.url, headers: plan.headers, timeoutMillis: exportTimeoutMs });
  return new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'flamegate', 'service.version': options.version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(plan.sampleRatio) }),
    // Bounded: 2048 spans wait, 512 are on their way; what is above is dropped, and nobody waits for any of it.
    spanProcessors: [
      new BatchSpanProcessor({ exporter: new ReportingExporter(exporter, options), exportTimeoutMillis: 3 * exportTimeoutMs }),
    ],
  });
}

/** Without a provider, the API's own tracer: it makes no spans and passes a sender's context on. */
function tracerOf(provider: TracerProvider | undefined, version: string): Tracer {
  return (provider ?? trace).getTracer('flamegate', version);
}

/** Hands every span to the tracer that counts now: components keep the one they were given. */
class TracerSwitch implements Tracer {
  #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  to(tracer: Tracer): void {
    this.#tracer = tracer;
  }

  startSpan(name: string, options?: SpanOptions, context?: Context): Span {
    return this.#tracer.startSpan(name, options, context);
  }

  get startActiveSpan(): Tracer['startActiveSpan'] {
    return this.#tracer.startActiveSpan.bind(this.#tracer);
  }
}

/** Says at most once a minute that spans are lost. */
class ReportingExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #losses: Losses;

  constructor(inner: SpanExporter, options: TracesOptions) {
    this.#inner = inner;
    this.#losses = new Losses('spans', 'traces could not be sent', options);
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#inner.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) this.#losses.report(spans.length, result.error?.message ?? 'no answer');
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.#inner.forceFlush?.() ?? Promise.resolve();
  }
}
