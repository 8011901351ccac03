import type { Span } from '@opentelemetry/api';
import type { Host } from '../../../core/component.ts';
import type { LogRecord } from '../../../queue/log.ts';
import type { UrlMetrics } from '../delivery/metrics.ts';
import type { SendableRequest } from '../request/request.ts';
import type { Answer } from './answer.ts';
import type { Sender } from './sender.ts';
import type { Statuses } from './statuses.ts';
import { type Propagation, startSpan } from './trace.ts';
import { judge, type Verdict } from './verdict.ts';

/** What attempts at one endpoint are made with, for as long as one configuration is in force. */
export interface AttemptParts {
  readonly host: Host;
  /** Of the endpoint. */
  readonly name: string;
  readonly sender: Sender;
  readonly metrics: UrlMetrics;
  readonly statuses: Statuses;
  readonly propagation: Propagation;
  readonly retryOn429: boolean;
}

/** What to send, and which attempt of it this is. */
export interface Sending {
  readonly record: LogRecord;
  readonly request: SendableRequest;
  /** 1 for the first. */
  readonly attempt: number;
  /** Until when the sender waits, monotonic milliseconds; undefined when nobody does. */
  readonly deadlineAt?: number | undefined;
}

/** One attempt, what it brought and what that means. Each has a span of its own, which the backend is told of, and counts in the latency of one attempt. */
export class Attempt {
  readonly startedAt: number;
  /** Set when it has ended. */
  answer: Answer | undefined;
  verdict: Verdict | undefined;
  readonly #parts: AttemptParts;
  readonly #kind: SendableRequest['kind'];
  readonly #span: Span | undefined;
  readonly #onEnd: (answer: Answer, verdict: Verdict) => void;
  readonly #cancel: () => void;

  /** Begins at once. `onEnd` is called once, later. */
  constructor(parts: AttemptParts, sending: Sending, onEnd: (answer: Answer, verdict: Verdict) => void) {
    const { host, name, sender, propagation } = parts;
    const { record, request, attempt, deadlineAt } = sending;
    this.#parts = parts;
    this.#kind = request.kind;
    this.#onEnd = onEnd;
    this.startedAt = host.clock.monotonic();
    const span = startSpan(host.tracer, `deliver ${request.kind}`, request.trace);
    this.#span = span.isRecording() ? span : undefined;
    this.#span?.setAttributes({
      'flamegate.exporter': host.id,
      'flamegate.endpoint': name,
      'flamegate.attempt': attempt,
      'flamegate.profiles': record.profiles,
    });
    const shipment = {
      request,
      body: record.body,
      tenant: record.tenant,
      extra: propagation.headers(span.spanContext()),
      leftMs: deadlineAt === undefined ? undefined : deadlineAt - this.startedAt,
    };
    this.#cancel = sender.send(shipment, (answer) => this.#end(answer));
  }

  /** Ends it early, if it has not ended: `canceled`. */
  cancel(): void {
    this.#cancel();
  }

  #end(answer: Answer): void {
    const { host, metrics, statuses, retryOn429 } = this.#parts;
    statuses.count(answer);
    metrics.attempted(this.#kind, host.clock.monotonic() - this.startedAt);
    if (this.#span !== undefined) endSpan(this.#span, answer);
    this.answer = answer;
    this.verdict = judge(answer, this.#kind, retryOn429);
    this.#onEnd(answer, this.verdict);
  }
}

/** SpanStatusCode.ERROR: the enum is a value of the OpenTelemetry API, which only telemetry/ imports. */
const errorStatus = 2;

function endSpan(span: Span, answer: Answer): void {
  span.setAttribute('flamegate.answer', answer.kind);
  if (answer.kind === 'refused') span.setAttribute('http.response.status_code', answer.status);
  if (answer.kind === 'refused' || answer.kind === 'no_answer') span.setStatus({ code: errorStatus, message: answer.message });
  span.end();
}
