import type { Tracer } from '@opentelemetry/api';
import { Invalid } from '../../core/errors.ts';
import type { IngestPayload } from '../../core/profile.ts';
import { plain } from '../../net/server/dialect.ts';
import type { Reply, Request, Route } from '../../net/server/exchange.ts';
import { parseIngestName, splitIngestQuery } from '../../wire/ingest.ts';
import type { Arrived, Intake } from './intake.ts';
import { inSpan, senderSpan } from './trace.ts';

/** Where Pyroscope takes it. */
export const ingestPaths = ['/ingest', '/pyroscope/ingest'] as const;

/**
 * POST /ingest: one body, one series. Only the query is looked at, as Pyroscope does; the body is opaque whatever Content-Type and
 * Content-Encoding say of it.
 */
export function ingestRoute(intake: Intake, tracer: Tracer): Route {
  return {
    methods: ['POST'],
    inflates: false,
    dialect: () => plain,
    handle: (request) =>
      inSpan(tracer, 'POST /ingest', senderSpan(request.exchange), (trace) => {
        const pending = intake.accept(request, 'ingest', [seriesOf(request)], trace);
        const done = (): Reply => {
          request.freeBody();
          return taken;
        };
        return pending === undefined ? done() : pending.then(done);
      }),
  };
}

const taken: Reply = { status: 200, headers: {} };

function seriesOf({ exchange, body }: Request): Arrived {
  const { name, rest } = splitIngestQuery(exchange.query);
  if (name === undefined) throw new Invalid('name', 'the query parameter name is missing: expected name=app{key=value}');
  const payload: IngestPayload = {
    kind: 'ingest',
    path: ingestPaths[0], // the other is an old name for it
    query: rest,
    contentTypes: exchange.headerValues('content-type'),
    body,
  };
  return { labels: parseIngestName(name), payload };
}
