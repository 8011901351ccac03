import { z } from 'zod';
import { messageOf } from '../core/errors.ts';
import { levels } from '../core/levels.ts';
import type { AdminApi } from './api.ts';
import { BundleSchema } from './bundle.ts';
import { json, type Operation, type Output, text } from './operation.ts';
import { sendersOperation } from './senders.ts';
import { StatusSchema } from './status-schema.ts';
import { targetsOperation } from './targets.ts';

/** The body of every answer of /api that says no. */
export const ErrorSchema = z.object({ error: z.string() });

const LogLevelSchema = z.strictObject({ level: z.enum(levels) });
const EndpointAnswer = z.object({ exporter: z.string(), endpoint: z.string(), paused: z.boolean() });

const inJson = (description: string, schema: z.ZodType) => ({ description, content: { 'application/json': schema } });
const inText = (description: string) => ({ description, content: { 'text/plain': undefined } });

/** What the admin endpoint does. */
export const operations: readonly Operation[] = [
  {
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    summary: 'Every metric, in the Prometheus text format or in OpenMetrics, as Accept says.',
    open: true,
    answers: {
      200: { description: 'The metrics.', content: { 'text/plain': undefined, 'application/openmetrics-text': undefined } },
    },
    run: async ({ accept }, api) => {
      const { contentType, body } = await api.exposition(accept);
      return text(200, body, contentType);
    },
  },
  {
    id: 'healthy',
    method: 'GET',
    path: '/-/healthy',
    summary: 'Whether the process is up.',
    open: true,
    answers: { 200: inText('It is.') },
    run: async () => text(200, 'the process is up\n'),
  },
  {
    id: 'ready',
    method: 'GET',
    path: '/-/ready',
    summary: 'Whether profiles are taken.',
    open: true,
    answers: {
      200: inText('They are; a line for each thing that is not as it should be.'),
      503: inJson('They are not; why.', z.object({ reasons: z.array(z.string()) })),
    },
    run: async (_, api) => {
      const reasons = api.unready();
      if (reasons.length > 0) return json(503, { reasons });
      return text(200, ['ready', ...api.degraded().map((what) => `degraded: ${what}`), ''].join('\n'));
    },
  },
  {
    id: 'reload',
    method: 'POST',
    path: '/-/reload',
    summary: 'Reads the configuration again and puts it in force.',
    query: { dry_run: '1: only show the difference' },
    changes: true,
    answers: { 200: inText('What has changed, or would change.'), 400: inText('Nothing has changed; every problem, one a line.') },
    run: async ({ query }, api) => {
      const { ok, text: said } = await api.reload(query['dry_run'] === '1');
      return text(ok ? 200 : 400, said);
    },
  },
  {
    id: 'status',
    method: 'GET',
    path: '/api/v1/status',
    summary: 'Pipelines, components, queues, endpoints, and whether the accounts balance.',
    answers: { 200: inJson('The status.', StatusSchema) },
    run: async (_, api) => json(200, await api.status()),
  },
  {
    id: 'config',
    method: 'GET',
    path: '/api/v1/config',
    summary: 'The configuration in force, defaults included and secrets hidden: YAML, or JSON where Accept names it.',
    answers: {
      200: {
        description: 'The configuration.',
        content: { 'application/yaml': undefined, 'application/json': z.record(z.string(), z.unknown()) },
      },
    },
    run: async ({ accept }, api) => {
      const { yaml, value } = api.config();
      return accept.includes('application/json') ? json(200, value) : text(200, yaml, 'application/yaml; charset=utf-8');
    },
  },
  sendersOperation,
  targetsOperation,
  {
    id: 'bundle',
    method: 'GET',
    path: '/api/v1/bundle',
    summary: 'A support bundle: configuration without secrets, metrics, status, the last lines of the log, versions.',
    answers: { 200: inJson('The bundle.', BundleSchema) },
    run: async (_, api) => json(200, await api.bundle()),
  },
  {
    id: 'getLogLevel',
    method: 'GET',
    path: '/api/v1/log-level',
    summary: 'The least severe level that is written.',
    answers: { 200: inJson('The level.', LogLevelSchema) },
    run: async (_, api) => json(200, { level: api.logLevel() }),
  },
  {
    id: 'setLogLevel',
    method: 'PUT',
    path: '/api/v1/log-level',
    summary: 'Changes the level until the next start, or until a reload changes logs.level.',
    changes: true,
    body: LogLevelSchema,
    answers: { 200: inJson('The level in force.', LogLevelSchema), 400: inJson('No such level.', ErrorSchema) },
    run: async ({ body }, api) => {
      const { level } = body as z.output<typeof LogLevelSchema>; // what that schema made of it
      api.setLogLevel(level);
      return json(200, { level });
    },
  },
  endpointOperation('pause', true, 'Delivers nothing to this endpoint until it is resumed; its profiles are kept, also over a restart.'),
  endpointOperation('resume', false, 'Delivers to this endpoint again.'),
];

function endpointOperation(verb: 'pause' | 'resume', paused: boolean, summary: string): Operation {
  return {
    id: `${verb}Endpoint`,
    method: 'POST',
    path: `/api/v1/endpoints/{exporter}/{name}/${verb}`,
    summary,
    changes: true,
    pathParameters: {
      exporter: 'Id of the exporter, such as pyroscope/eu; its slash may be written as %2F.',
      name: 'Name of the endpoint.',
    },
    answers: {
      200: inJson('Done.', EndpointAnswer),
      404: inJson('There is no such endpoint.', ErrorSchema),
      500: inJson('Its place in the queue could not be written.', ErrorSchema),
    },
    run: async ({ path }, api) => {
      const wanted = `${path['exporter']}/${path['name']}`;
      const found = api.endpoints().find(({ exporter, endpoint }) => `${exporter}/${endpoint}` === wanted);
      if (found === undefined) return json(404, { error: noSuchEndpoint(wanted, api) });
      return switchTo(found, paused, api);
    },
  };
}

async function switchTo({ exporter, endpoint }: { exporter: string; endpoint: string }, paused: boolean, api: AdminApi): Promise<Output> {
  try {
    if (await api.pause(exporter, endpoint, paused)) return json(200, { exporter, endpoint, paused });
    return json(404, { error: `${exporter} ${endpoint} cannot be paused` });
  } catch (why) {
    return json(500, { error: messageOf(why) });
  }
}

function noSuchEndpoint(wanted: string, api: AdminApi): string {
  const known = api.endpoints().map(({ exporter, endpoint }) => `${exporter}/${endpoint}`);
  return `there is no endpoint ${JSON.stringify(wanted)}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}`;
}
