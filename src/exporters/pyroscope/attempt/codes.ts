import { codeNames, codeOf } from '../../../core/codes.ts';

const insideText = new RegExp(`\\b(${codeNames.slice(1).join('|')}):|\\bcode = ([A-Za-z]+)\\b`);

/**
 * The code that an error's text names first, 0 when there is none. Pyroscope wraps what its storage said and answers with a status of its
 * own: "pushing IngestInput-pprof failed unavailable: ..." (connect-go's Error()), "rpc error: code = Unavailable desc = ..." (grpc-go's).
 */
export function codeInside(text: string): number {
  const found = insideText.exec(text);
  if (found === null) return 0;
  const name = found[1] ?? (found[2] ?? '').replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  return codeOf(name);
}

/** HTTP status of a code in Connect's unary protocol (connectrpc.com/docs/protocol "Error codes"), in the order of `codeNames`. */
const statuses = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** 14 -> 503. */
export function statusOfCode(code: number): number {
  return statuses[code] ?? 500;
}

/**
 * What a bare HTTP status means in codes, for senders that speak Connect or gRPC. Not Connect's own inference, which makes a permanent 413
 * `unknown`: whoever reads `unknown` tries again. Nor `unimplemented` for a 405 or 415, which in Connect goes with a 501.
 */
export function codeOfStatus(status: number): number {
  const exact = codeByStatus[status];
  if (exact !== undefined) return exact;
  return status >= 400 && status < 500 ? codeOf('invalid_argument') : codeOf('unknown');
}

const codeByStatus: Readonly<Record<number, number>> = {
  401: codeOf('unauthenticated'),
  403: codeOf('permission_denied'),
  404: codeOf('not_found'),
  408: codeOf('deadline_exceeded'),
  429: codeOf('resource_exhausted'),
  499: codeOf('canceled'),
  501: codeOf('unimplemented'),
  502: codeOf('unavailable'),
  503: codeOf('unavailable'),
  504: codeOf('deadline_exceeded'),
};
