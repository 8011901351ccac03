import type { Host } from '../../core/component.ts';
import { type Answer, type Judgement, judge } from './answer.ts';
import type { Books } from './books.ts';
import type { Load } from './load.ts';
import type { Sender } from './send.ts';
import { type Propagators, propagate, startSpan } from './trace.ts';

/** What one attempt brought, and what that means. */
export interface Attempted {
  readonly answer: Answer;
  readonly judgement: Judgement;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
}

/** What attempts are made with. */
export interface AttemptParts {
  readonly host: Host;
  /** Of the endpoint. */
  readonly name: string;
  readonly sender: Sender;
  readonly books: Books;
  readonly propagators: Propagators;
  readonly retryOn429: boolean;
  /** X-Alloy-Id, where it is sent. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** Makes attempts at one endpoint: each has a span of its own, which the backend is told of, and counts in the latency of one attempt. */
export class Attempter {
  readonly #parts: AttemptParts;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
  }

  /** `deadlineAt`: until when the sender waits, monotonic milliseconds. */
  async make({ record, request, attempts }: Load, signal: AbortSignal, deadlineAt?: number): Promise<Attempted> {
    const { host, name, sender, books, propagators, retryOn429, headers } = this.#parts;
    const startedAt = host.clock.monotonic();
    const facts = {
      'flamegate.exporter': host.id,
      'flamegate.endpoint': name,
      'flamegate.attempt': attempts.made,
      'flamegate.profiles': record.profiles,
    };
    const span = startSpan(host.tracer, `deliver ${request.kind}`, facts, request.trace);
    const shipment = {
      request,
      body: record.body,
      tenant: record.tenant,
      headers: { ...headers(), ...propagate(span.spanContext(), propagators, host.random) },
      leftMs: deadlineAt === undefined ? undefined : deadlineAt - startedAt,
    };
    let answer: Answer;
    try {
      answer = await sender.send(shipment, signal);
    } finally {
      books.attempted(request.kind, host.clock.monotonic() - startedAt);
    }
    span.setAttribute('flamegate.answer', answer.kind);
    if (answer.kind === 'refused') span.setAttribute('http.response.status_code', answer.status);
    if (answer.kind === 'refused' || answer.kind === 'no_answer') span.setStatus({ code: errorStatus, message: answer.message });
    span.end();
    return { answer, judgement: judge(answer, request.kind, retryOn429), startedAt };
  }
}

/** SpanStatusCode.ERROR: the enum is a value of the OpenTelemetry API, which only telemetry/ imports. */
const errorStatus = 2;
