import { readdirSync, readFileSync } from 'node:fs';

/** One recording: what is set up, what is sent, and what a real Alloy did. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly config: readonly string[];
  readonly files?: Readonly<Record<string, FileBody>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly upstreams?: readonly UpstreamSpec[];
  readonly steps?: readonly Step[];
  readonly observe?: Observe;
  /** Only starts the gateway, once for each of `each`. */
  readonly load?: true;
  readonly each?: readonly string[];
  /** Key words of what a refused file draws. */
  readonly phrases?: readonly string[];
  readonly unordered?: true;
  readonly distinct?: true;
  readonly slow?: true;
  readonly expect: Facts;
  readonly flamegate?: {
    readonly why: string;
    readonly expect?: Facts;
    readonly either?: readonly Facts[];
    readonly gaps?: Readonly<Record<string, Gaps>>;
  };
}

/** Recorded or seen: JSON. */
export type Facts = { readonly [name: string]: unknown };

/** Milliseconds that may lie between one arrival and the next. */
export type Gaps = readonly (readonly [number, number])[];

/** Text, or bytes by description. */
export type Body =
  | string
  | null
  | undefined
  | { readonly base64: string }
  | { readonly hex: string }
  | { readonly text: string }
  | { readonly gzip: Body }
  | { readonly size: number };
export type FileBody = Body | { readonly copy: string };

export interface Observe {
  readonly headers?: readonly string[];
  readonly answerHeaders?: readonly string[];
  readonly metrics?: readonly string[];
  readonly rawQuery?: boolean;
  readonly httpVersion?: boolean;
  readonly bodyText?: boolean;
  readonly connections?: boolean;
}

export interface UpstreamSpec {
  readonly kind?: 'http' | 'tls' | 'refuse';
  readonly cert?: string;
  readonly clientCert?: boolean;
  readonly script?: readonly ScriptStep[];
  readonly gaps?: Gaps;
}

export interface ScriptStep {
  readonly when?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly code?: string;
  readonly message?: string;
  readonly delayMs?: number;
  readonly do?: 'reset' | 'close' | 'stall' | 'stall-body' | 'truncate';
}

export type Step =
  | RequestStep
  | { readonly parallel: readonly ((RequestStep | ReloadStep) & { readonly afterMs?: number })[] }
  | { readonly sleepMs: number }
  | { readonly write: Readonly<Record<string, FileBody>> }
  | ReloadStep;

export interface ReloadStep {
  readonly reload: readonly string[] | string;
}

export type Pairs = readonly (readonly [string, Body])[] | Readonly<Record<string, Body>>;

export interface SeriesSpec {
  readonly labels?: Pairs;
  readonly samples?: readonly { readonly id?: string; readonly data?: Body }[];
  readonly annotations?: Pairs;
}

export interface RequestStep {
  readonly ingest?: string | null;
  readonly query?: readonly (readonly [string, string])[];
  readonly type?: string | null;
  readonly push?: readonly SeriesSpec[];
  readonly as?: 'proto' | 'json' | 'grpc' | 'grpc-web';
  readonly gzip?: boolean;
  readonly deadlineMs?: number;
  readonly method?: string;
  readonly path?: string;
  readonly body?: Body;
  readonly headers?: readonly (readonly [string, string])[];
  readonly via?: 'h1' | 'h2c' | 'tls' | 'mtls';
  readonly abortAfterMs?: number;
  readonly took?: readonly [number, number];
}

const folder = new URL('cases/', import.meta.url);

/** Every case, by id. */
export function loadCases(): Case[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
}

/** A configuration as text. */
export function textOf(config: readonly string[] | string): string {
  return typeof config === 'string' ? config : `${config.join('\n')}\n`;
}
