import { labelsOf } from '../request/request.ts';
import type { Part } from '../request/split.ts';

/** What a debug line says of a record: its push is found by tenant and labels, or by the trace where there is one. */
export function factsOf({ record, request }: Part, endpoint: string): Record<string, unknown> {
  const trace = request.trace === undefined ? {} : { trace_id: request.trace.traceId };
  return { endpoint, profiles: record.profiles, labels: labelsOf(record, request)?.toString() ?? '', tenant: record.tenant, ...trace };
}
