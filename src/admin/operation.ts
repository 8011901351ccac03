import type { z } from 'zod';
import type { AdminApi } from './api.ts';

/** What a request brings, checked. */
export interface Input {
  /** Decoded parts of the path, by the names in the template. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** What the schema of the body made of it. */
  readonly body: unknown;
  /** The Accept header; empty for none. */
  readonly accept: string;
}

/** What is answered. */
export interface Output {
  readonly status: number;
  /** Bytes as they are, or a value that goes out as JSON. */
  readonly content: { readonly type: string; readonly text: string } | { readonly json: unknown };
}

/** One answer that an operation may give. */
export interface Described {
  readonly description: string;
  /** By media type; undefined: text whose form is not described further. */
  readonly content: Readonly<Record<string, z.ZodType | undefined>>;
}

/** One thing that the admin endpoint does. The routes and the OpenAPI document are made from the same list of them. */
export interface Operation {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** "/api/v1/endpoints/{exporter}/{name}/pause". */
  readonly path: string;
  readonly summary: string;
  /** Answers anybody: what kubelets, load balancers and Prometheus ask for. */
  readonly open?: true;
  /** Changes something, so that the log says who asked for it. */
  readonly changes?: true;
  /** Each parameter of the query, with what it says. */
  readonly query?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly body?: z.ZodType;
  readonly answers: Readonly<Record<number, Described>>;
  run(input: Input, api: AdminApi): Promise<Output>;
}

/** An answer in JSON. */
export function json(status: number, value: unknown): Output {
  return { status, content: { json: value } };
}

/** An answer in words. */
export function text(status: number, words: string, type = 'text/plain; charset=utf-8'): Output {
  return { status, content: { type, text: words } };
}
