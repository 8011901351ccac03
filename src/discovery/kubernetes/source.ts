import type { Host } from '../../core/component.ts';
import { createFetcher, type Fetcher } from '../../net/client/fetch.ts';
import type { KubernetesSourceConfig } from '../schema.ts';
import { Complaint, type Found, sleep, type TargetSource } from '../source.ts';
import { type Access, accessOf } from './access.ts';
import { targetsOfPod } from './pod.ts';
import { Gone, listPods, type PodQuery, type Pods, watchPods } from './watch.ts';

const firstPauseMs = 1000;
const longestPauseMs = 30_000;

/** Targets that are pods of a cluster. While the API does not answer, the pods that were there stay. */
export class KubernetesSource implements TargetSource {
  readonly #config: KubernetesSourceConfig;
  readonly #host: Host;
  readonly #complaint: Complaint;

  constructor(config: KubernetesSourceConfig, host: Host) {
    this.#config = config;
    this.#host = host;
    this.#complaint = new Complaint(host, { discovery: 'kubernetes' });
  }

  async run(found: Found, signal: AbortSignal): Promise<void> {
    const opened = await this.#open(signal);
    if (opened === undefined) return;
    const { fetcher, queries } = opened;
    const lists: (Pods | undefined)[] = queries.map(() => undefined);
    const tell = (): void => {
      // Not before every namespace has been listed: half of the targets would be taken for all of them.
      if (lists.some((pods) => pods === undefined) || signal.aborted) return;
      found(lists.flatMap((pods) => [...(pods?.values() ?? [])].flatMap(targetsOfPod)));
    };
    await Promise.all(
      queries.map((query, at) =>
        this.#follow(fetcher, query, signal, (pods) => {
          lists[at] = pods;
          tell();
        }),
      ),
    );
    await fetcher.close();
  }

  /** Reads the credentials, again and again until they are there; undefined when the signal aborted. */
  async #open(signal: AbortSignal): Promise<{ readonly fetcher: Fetcher; readonly queries: readonly PodQuery[] } | undefined> {
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        const access = await accessOf(this.#config, process.env);
        return { fetcher: createFetcher(access.client, this.#host, 16), queries: this.#queries(access) };
      } catch (error) {
        this.#complaint.failed(error);
        await sleep(this.#host, pauseMs, signal);
      }
    }
    return undefined;
  }

  #queries({ client, namespace }: Access): PodQuery[] {
    const { namespaces, selectors, remote_timeout } = this.#config;
    if (namespaces.own_namespace && namespace === '')
      throw new Error('own_namespace: the namespace of the gateway is not known outside of a cluster: name it in namespaces.names');
    const names = [...new Set([...namespaces.names, ...(namespaces.own_namespace ? [namespace] : [])])];
    const base = client.url.replace(/\/+$/, '');
    const paths = names.length === 0 ? ['pods'] : names.map((name) => `namespaces/${encodeURIComponent(name)}/pods`);
    const [selector] = selectors;
    return paths.map((path) => {
      const url = new URL(`${base}/api/v1/${path}`);
      url.username = '';
      url.password = '';
      return { url, label: selector?.label ?? '', field: selector?.field ?? '', timeoutMs: remote_timeout };
    });
  }

  async #follow(fetcher: Fetcher, query: PodQuery, signal: AbortSignal, tell: (pods: Pods) => void): Promise<void> {
    let from: { pods: Pods; version: string } | undefined;
    let pauseMs = firstPauseMs;
    const worked = (): void => {
      pauseMs = firstPauseMs;
      this.#complaint.worked();
    };
    while (!signal.aborted) {
      try {
        if (from === undefined) {
          const listed = await listPods(fetcher, query, signal);
          from = { ...listed };
          worked();
          tell(from.pods);
        }
        const known = from;
        const told = {
          changed: () => tell(known.pods),
          seen: (version: string) => {
            known.version = version;
          },
          opened: worked,
        };
        const begun = this.#host.clock.monotonic();
        await watchPods(fetcher, query, known, told, this.#host, signal);
        // One that ends as soon as it has begun is not asked for again at once.
        if (this.#host.clock.monotonic() - begun < firstPauseMs) await sleep(this.#host, firstPauseMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Gone) {
          from = undefined;
          await sleep(this.#host, this.#host.random() * firstPauseMs, signal);
          continue;
        }
        this.#complaint.failed(error);
        await sleep(this.#host, pauseMs * (0.5 + this.#host.random() / 2), signal);
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      }
    }
  }
}
