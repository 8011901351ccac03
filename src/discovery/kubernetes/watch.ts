import { z } from 'zod';
import type { Host } from '../../core/component.ts';
import type { Fetcher } from '../../net/client/fetch.ts';
import { type Pod, PodSchema } from './pod.ts';

/*
 * List, then watch from the list's resourceVersion (Kubernetes API concepts: efficient detection of changes). What a watch missed because the
 * version is too old is found by listing anew: the API says so with 410, as the answer or as an ERROR event.
 */

const pageSize = 500;
const mostPageBytes = 128 * 2 ** 20;
const longestLineBytes = 8 * 2 ** 20;
// The server ends a watch after that time, which differs from watch to watch, so that not all come back at once.
const watchSeconds = { least: 240, spread: 120 };

/** The pods that one request lists, by uid. */
export type Pods = Map<string, Pod>;

/** The API cannot tell what happened since that version. */
export class Gone extends Error {
  constructor() {
    super('the resource version is too old');
    this.name = 'Gone';
  }
}

/** What is asked for. */
export interface PodQuery {
  /** "/api/v1/pods" or "/api/v1/namespaces/NAME/pods" below the API's URL. */
  readonly url: URL;
  readonly label: string;
  readonly field: string;
  readonly timeoutMs: number;
}

const ListSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().nullish() }),
  items: z.array(z.unknown()).nullish(),
});
const EventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(), code: z.number().optional() }),
});

/** All pods, page by page, and the version to watch from. Rejects with a sentence, or with Gone when the pages have become too old. */
export async function listPods(
  fetcher: Fetcher,
  query: PodQuery,
  signal: AbortSignal,
): Promise<{ readonly pods: Pods; readonly version: string }> {
  const pods: Pods = new Map();
  let next = '';
  for (;;) {
    const url = urlOf(query, { limit: String(pageSize), ...(next === '' ? {} : { continue: next }) });
    const answer = await fetcher.get({ url, headers: json, timeoutMs: query.timeoutMs }, mostPageBytes, signal);
    if (answer.kind === 'aborted') throw signal.reason;
    if (answer.kind === 'failure') throw new Error(answer.message);
    const text = Buffer.from(answer.body).toString('utf8');
    if (answer.status === 410) throw new Gone();
    if (answer.status !== 200) throw refusal(query, answer.status, text);
    const { metadata, items } = ListSchema.parse(JSON.parse(text));
    for (const item of items ?? []) put(pods, item);
    next = metadata.continue ?? '';
    if (next === '') return { pods, version: metadata.resourceVersion };
  }
}

/**
 * Follows what happens to the pods after a version, until the server ends the watch; changes them and tells so. Returns the version to go on
 * from. Rejects with Gone when it is too old, else with a sentence; `seen` has the last version then too.
 */
export async function watchPods(
  fetcher: Fetcher,
  query: PodQuery,
  from: { readonly pods: Pods; readonly version: string },
  told: { changed(): void; seen(version: string): void; opened(): void },
  host: Host,
  signal: AbortSignal,
): Promise<void> {
  const seconds = Math.round(watchSeconds.least + host.random() * watchSeconds.spread);
  const url = urlOf(query, {
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion: from.version,
    timeoutSeconds: String(seconds),
  });
  const answer = await fetcher.open({ url, headers: json, timeoutMs: query.timeoutMs }, signal);
  if (answer.kind === 'aborted') throw signal.reason;
  if (answer.kind === 'failure') throw new Error(answer.message);
  if (answer.status === 410) {
    await drain(answer.body);
    throw new Gone();
  }
  if (answer.status !== 200) throw refusal(query, answer.status, await drain(answer.body));
  told.opened();
  for await (const line of linesOf(answer.body)) {
    const { type, object } = EventSchema.parse(JSON.parse(line));
    if (type === 'ERROR') {
      if (object.code === 410) throw new Gone();
      throw new Error(`${query.url.host}: the watch ended with an error ${object.code ?? ''}: ${String(object['message'] ?? '')}`);
    }
    if (type === 'DELETED') from.pods.delete(String((object.metadata as { uid?: unknown } | undefined)?.uid));
    else if (type !== 'BOOKMARK') put(from.pods, object);
    if (object.metadata?.resourceVersion !== undefined) told.seen(object.metadata.resourceVersion);
    if (type !== 'BOOKMARK') told.changed();
  }
}

const json = { accept: 'application/json' };

function put(pods: Pods, item: unknown): void {
  const pod = PodSchema.safeParse(item);
  if (pod.success) pods.set(pod.data.metadata.uid, pod.data);
}

function urlOf({ url, label, field }: PodQuery, more: Readonly<Record<string, string>>): URL {
  const full = new URL(url);
  if (label !== '') full.searchParams.set('labelSelector', label);
  if (field !== '') full.searchParams.set('fieldSelector', field);
  for (const [name, value] of Object.entries(more)) full.searchParams.set(name, value);
  return full;
}

function refusal({ url }: PodQuery, status: number, body: string): Error {
  let said = '';
  try {
    said = String((JSON.parse(body) as { message?: unknown }).message ?? '');
  } catch {
    said = body.slice(0, 200);
  }
  const hint = status === 403 ? '; the service account needs get, list and watch on pods' : '';
  return new Error(`${url.host}${url.pathname}: answered ${status}${said === '' ? '' : `: ${said}`}${hint}`);
}

async function drain(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    sizeBytes += piece.length;
    if (sizeBytes > 64 * 1024) break;
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = Buffer.concat([...pieces, rest.subarray(0, end)]).toString('utf8');
      pieces = [];
      sizeBytes = 0;
      rest = rest.subarray(end + 1);
      if (line.trim() !== '') yield line;
    }
    if (rest.length > 0) pieces.push(rest);
    sizeBytes += rest.length;
    if (sizeBytes > longestLineBytes) throw new Error('an event of the watch is larger than 8MiB');
  }
}
