import { Code } from '@connectrpc/connect';

/** How a sink answers. */
export interface SinkAnswers {
  /** HTTP status; gRPC gets the code that goes with it. */
  readonly status: number;
  /** Which share of the requests gets that status; the others get 200. */
  readonly failRatio: number;
  /** How long every answer takes, milliseconds. */
  readonly delayMs: number;
}

/** Takes everything at once. */
export const plainAnswers: SinkAnswers = { status: 200, failRatio: 1, delayMs: 0 };

/** Decides request by request. Shares are dealt out evenly rather than drawn, so that the same run gives the same result. */
export class AnswerScript {
  #answers: SinkAnswers;
  #owed = 0;

  constructor(answers: SinkAnswers) {
    this.#answers = answers;
  }

  /** From now on. */
  change(answers: SinkAnswers): void {
    this.#answers = answers;
    this.#owed = 0;
  }

  get delayMs(): number {
    return this.#answers.delayMs;
  }

  /** The status of the next answer. */
  next(): number {
    this.#owed += this.#answers.failRatio;
    // Sums of ratios such as 0.1 end a little below what they should be.
    if (this.#owed < 1 - 1e-9) return 200;
    this.#owed -= 1;
    return this.#answers.status;
  }
}

/** What Pyroscope answers over Connect with such a status (connect-go protocol.go, connectCodeToHTTP, read backwards). */
const codes: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  408: Code.DeadlineExceeded,
  409: Code.Aborted,
  429: Code.ResourceExhausted,
  499: Code.Canceled,
  500: Code.Unknown,
  501: Code.Unimplemented,
  503: Code.Unavailable,
  504: Code.DeadlineExceeded,
};

/** The code that goes with a status. */
export function codeOfStatus(status: number): Code {
  return codes[status] ?? Code.Unknown;
}
