import { z } from 'zod';
import type { Described, Operation } from './operation.ts';

/** The OpenAPI 3.1 document of these operations. */
export function openApiDocument(operations: readonly Operation[], version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) };
  return {
    openapi: '3.1.0',
    info: { title: 'Flamegate admin API', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of service.admin.token_file, where that is set.' },
      },
    },
  };
}

/** What may be answered to whoever is not let in: 401 and 503 with a token_file, 403 without one. */
const denials: Readonly<Record<number, Described>> = {
  401: { description: 'The token is missing or wrong.', content: { 'application/json': z.object({ error: z.string() }) } },
  403: {
    description: 'From another site, or on an address that others reach while no token_file is set.',
    content: { 'application/json': z.object({ error: z.string() }) },
  },
  503: { description: 'The token file cannot be read, or the gateway stops.', content: {} },
};

function describe(operation: Operation): Readonly<Record<string, unknown>> {
  const { id, summary, open, pathParameters = {}, query = {}, body } = operation;
  const parameter =
    (where: string, required: boolean) =>
    ([name, description]: [string, string]) => {
      return { name, in: where, required, description, schema: { type: 'string' } };
    };
  const parameters = [
    ...Object.entries(pathParameters).map(parameter('path', true)),
    ...Object.entries(query).map(parameter('query', false)),
  ];
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: Object.fromEntries(Object.entries(answersOf(operation)).map(([status, answer]) => [status, response(answer)])),
    security: open ? [] : [{ token: [] }, {}],
  };
}

/** Every answer of an operation by its status, those of the endpoint as a whole included. */
export function answersOf(operation: Operation): Readonly<Record<number, Described>> {
  return operation.open ? operation.answers : { ...denials, ...operation.answers };
}

function response({ description, content }: Described): Readonly<Record<string, unknown>> {
  const types = Object.entries(content).map(([type, schema]) => [
    type,
    { schema: schema === undefined ? { type: 'string' } : schemaOf(schema, 'output') },
  ]);
  return { description, ...(types.length > 0 && { content: Object.fromEntries(types) }) };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}
