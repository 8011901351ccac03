import type { Host } from '../core/component.ts';
import { createFetcher, type Fetcher } from '../net/client/fetch.ts';
import { parseGroups } from './groups.ts';
import type { HttpSourceConfig } from './schema.ts';
import { PolledSource, type TargetLabels } from './source.ts';

const mostBytes = 32 * 2 ** 20;

/** Targets that a server lists (https://prometheus.io/docs/prometheus/latest/http_sd/). */
export class HttpSource extends PolledSource {
  readonly #config: HttpSourceConfig;
  readonly #url: URL;
  #fetcher: Fetcher | undefined;

  constructor(config: HttpSourceConfig, host: Host) {
    const url = new URL(config.url);
    url.username = '';
    url.password = '';
    super(host, { discovery: 'http', url: url.href });
    this.#config = config;
    this.#url = url;
  }

  protected override async look(signal: AbortSignal): Promise<readonly TargetLabels[]> {
    this.#fetcher ??= createFetcher(this.#config, this.host, 16);
    const headers = {
      accept: 'application/json',
      'x-prometheus-refresh-interval-seconds': String(this.#config.refresh_interval / 1000),
    };
    const answer = await this.#fetcher.get({ url: this.#url, headers, timeoutMs: this.#config.remote_timeout }, mostBytes, signal);
    if (answer.kind === 'aborted') throw signal.reason;
    if (answer.kind === 'failure') throw new Error(answer.message);
    if (answer.status !== 200) throw new Error(`${this.#url.host}: answered ${answer.status}, expected 200`);
    if (answer.contentType !== 'application/json')
      throw new Error(`${this.#url.host}: expected Content-Type application/json, found ${JSON.stringify(answer.contentType)}`);
    return parseGroups(Buffer.from(answer.body).toString('utf8'), 'json', { __meta_url: this.#url.href });
  }

  protected override intervalMs(): number {
    return this.#config.refresh_interval;
  }

  protected override async ended(): Promise<void> {
    await this.#fetcher?.close();
  }
}
