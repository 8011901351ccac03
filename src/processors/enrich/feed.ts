import { gunzipSync } from 'node:zlib';
import type { Host } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import type { Labels } from '../../core/labels.ts';
import type { HttpClient } from '../../net/client/client.ts';
import { FollowedFile } from '../../net/client/followed-file.ts';
import { parseTargets } from './targets.ts';

/** Where a list of targets is read from, again and again. */
export interface Source {
  /** For messages: "targets_file /etc/targets.json". */
  readonly name: string;
  /** The text as it stands now. Rejects with a sentence. */
  read(signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/** A file. */
export function fileSource(path: string): Source {
  const file = new FollowedFile(path);
  return { name: `targets_file ${path}`, read: () => file.read(), close: async () => {} };
}

/** Bytes: twenty thousand targets of 800 bytes. */
const longestList = 16 * 2 ** 20;

/** What a GET of the URL answers. */
export function urlSource(url: string, client: HttpClient): Source {
  const { host, pathname, search } = new URL(url);
  const request = {
    method: 'GET',
    path: pathname,
    query: search.slice(1),
    headers: {},
    body: new Uint8Array(),
    maxBodyBytes: longestList,
  } as const;
  return {
    name: `targets_url ${host}${pathname}`,
    async read(signal) {
      const outcome = await client.request(request, signal);
      if (outcome.kind === 'aborted') throw new Error('stopped');
      if (outcome.kind === 'failure') throw new Error(outcome.message);
      if (outcome.status !== 200) throw new Error(`expected status 200, found ${outcome.status}`);
      const compressed = outcome.headers['content-encoding'] === 'gzip';
      return new TextDecoder().decode(compressed ? gunzipSync(outcome.body, { maxOutputLength: longestList }) : outcome.body);
    },
    close: () => client.close(),
  };
}

/**
 * One list of targets, followed: read at start and then every so often. What was good last goes on until there is something better; a list that
 * cannot be read or understood is said once, and shows as degraded.
 */
export class Feed {
  readonly #source: Source;
  readonly #host: Host;
  readonly #refreshMs: number;
  readonly #changed: () => void;
  readonly #stopped = new AbortController();
  #targets: readonly Labels[] = [];
  #text: string | undefined;
  #complaint: string | undefined;
  #cancel: () => void = () => {};

  /** `changed` is called when `targets` are others than before. */
  constructor(source: Source, host: Host, refreshMs: number, changed: () => void) {
    this.#source = source;
    this.#host = host;
    this.#refreshMs = refreshMs;
    this.#changed = changed;
  }

  /** As they were read last. */
  get targets(): readonly Labels[] {
    return this.#targets;
  }

  /** Reads for the first time; rejects when that fails. From now on it is followed, also after a rejection that the caller takes. */
  async start(): Promise<void> {
    try {
      await this.#read();
    } finally {
      this.#again();
    }
  }

  /** Follows no longer. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#cancel();
    await this.#source.close();
  }

  /** What went wrong at start, and the source stays to be tried again. */
  complain(why: unknown): void {
    const complaint = `${this.#source.name}: ${messageOf(why)}`;
    this.#host.health({ kind: 'degraded', reason: complaint }, this.#source.name);
    if (this.#complaint !== complaint) this.#host.log.error('targets cannot be read; the last good ones are kept', { reason: complaint });
    this.#complaint = complaint;
  }

  #again(): void {
    if (this.#stopped.signal.aborted) return;
    this.#cancel = this.#host.clock.after(this.#refreshMs, () => void this.#look());
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    try {
      await this.#read();
    } catch (why) {
      if (!this.#stopped.signal.aborted) this.complain(why);
    }
    this.#again();
  }

  async #read(): Promise<void> {
    const text = await this.#source.read(this.#stopped.signal);
    if (text !== this.#text) {
      this.#targets = parseTargets(text);
      this.#text = text;
      this.#changed();
      this.#host.log.info('targets read', { from: this.#source.name, targets: this.#targets.length });
    }
    if (this.#complaint === undefined) return;
    this.#complaint = undefined;
    this.#host.health({ kind: 'ok' }, this.#source.name);
  }
}
