/**
 * The status codes that gRPC and Connect share, by number (grpc.io/docs/guides/status-codes, connectrpc.com/docs/protocol "Error codes").
 * Connect spells them as below, grpc-go's error texts in camel case.
 */
/** Every name, by number. */
export const codeNames = [
  'ok',
  'canceled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'aborted',
  'out_of_range',
  'unimplemented',
  'internal',
  'unavailable',
  'data_loss',
  'unauthenticated',
] as const;

/** Name of a code as Connect writes it. */
export type CodeName = (typeof codeNames)[number];

/** "unavailable" -> 14; 0 for what is no error code. */
export function codeOf(name: string): number {
  return Math.max(0, (codeNames as readonly string[]).indexOf(name)); // as: includes and indexOf of a tuple take its members only
}

/** 14 -> "unavailable". */
export function codeName(code: number): CodeName {
  return codeNames[code] ?? 'unknown';
}
