import { messageOf } from '../../core/errors.ts';

/** A secret that a request needs could not be had: a file that cannot be read, a token that was not given. */
export class CredentialsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CredentialsError';
  }
}

/** No connection came about; `cause` says why. */
export class ConnectError extends Error {
  constructor(cause: unknown) {
    super('no connection', { cause });
    this.name = 'ConnectError';
  }
}

/** Our own request cannot be put on the wire; the message does not repeat what is wrong with it. */
export class UnsendableError extends Error {
  constructor(what: string) {
    super(`invalid ${what}`);
    this.name = 'UnsendableError';
  }
}

/** Whether it is our own request that cannot be put on the wire: no connection was to blame (undici, core/request.js; Node, errors.md). */
export function isUnsendable(error: unknown): boolean {
  return (
    error instanceof UnsendableError ||
    /^(UND_ERR_(INVALID_ARG|NOT_SUPPORTED)|ERR_(INVALID|HTTP2_(INVALID|HEADER|CONNECTION))_\w+)$/.test(codeOf(error) ?? '')
  );
}

const reasons: Readonly<Record<string, string>> = {
  EAI_AGAIN: 'its name could not be looked up: the DNS server does not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to its network',
  ENOTFOUND: 'its name does not resolve',
  EPIPE: 'the connection was closed while the request was being sent',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of its answer are larger than 16KiB',
};

/** One clear sentence on why there is no answer from `host`; holds nothing of the request. */
export function describeFailure(host: string, error: unknown): string {
  return `${host}: ${failureReason(error)}`;
}

/** The same without the host. */
export function failureReason(error: unknown): string {
  if (error instanceof ConnectError) return failureReason(error.cause);
  // Several addresses were tried.
  if (error instanceof AggregateError && error.errors.length > 0) return unique(error.errors.map(failureReason)).join('; ');
  if (error instanceof Error && error.name === 'HTTPParserError') return `what it answers is not HTTP (${error.message})`;
  const code = codeOf(error);
  if (code === undefined) return messageOf(error);
  // The socket's own reason stands in the cause.
  if (code === 'UND_ERR_SOCKET') return `the connection was lost before an answer came (${messageOf(error)})`;
  return reasons[code] ?? messageOf(error);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
