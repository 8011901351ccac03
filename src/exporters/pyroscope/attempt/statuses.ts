import type { Host } from '../../../core/component.ts';
import type { Answer } from './answer.ts';

/** The `status` of flamegate_endpoint_attempts_total: classes of HTTP; a gRPC code that is not OK; no answer; cut by us or by the sender. */
const classes = ['2xx', '3xx', '4xx', '5xx', 'grpc_error', 'no_answer', 'canceled'] as const;
type StatusClass = (typeof classes)[number];

/** Counts the attempts at one endpoint by what they brought. */
export class Statuses {
  readonly #counters: Readonly<Record<StatusClass, { value: number }>>;

  constructor(host: Host, endpoint: string) {
    const counter = (status: StatusClass) =>
      host.metrics.counter('flamegate_endpoint_attempts_total', 'Attempts at the endpoint, by the class of what was answered.', {
        exporter: host.id,
        endpoint,
        status,
      });
    // fromEntries forgets which keys
    this.#counters = Object.fromEntries(classes.map((status) => [status, counter(status)])) as Record<StatusClass, { value: number }>;
  }

  count(answer: Answer): void {
    this.#counters[classOf(answer)].value += 1;
  }
}

function classOf(answer: Answer): StatusClass {
  switch (answer.kind) {
    case 'taken':
      return '2xx';
    case 'aborted':
      return 'canceled';
    case 'no_answer':
      return 'no_answer';
    case 'refused':
      if (answer.status === 0) return 'grpc_error';
      return answer.status >= 500 ? '5xx' : answer.status >= 400 ? '4xx' : answer.status >= 300 ? '3xx' : '2xx';
    default:
      throw new Error(`unreachable: ${answer satisfies never}`);
  }
}
