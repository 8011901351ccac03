import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test says of a pod. */
export interface PodOptions {
  readonly name: string;
  readonly namespace?: string;
  readonly ip?: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly phase?: string;
}

type Pod = ReturnType<typeof podOf>;

interface Watcher {
  readonly namespace: string | undefined;
  readonly selector: string;
  readonly response: http.ServerResponse;
}

/**
 * The part of the Kubernetes API that finds pods, as its documents say (API concepts): lists in pages, watches from a resource version with
 * bookmarks and timeouts, 410 for what it no longer remembers.
 */
export class KubernetesApi {
  /** Requests as they came: "list /api/v1/pods limit=500", "watch ... resourceVersion=3". */
  readonly requests: string[] = [];
  /** What is needed to be let in; '' lets everybody in. */
  token = '';
  /** Answered instead, as long as it is set. */
  failing: { readonly status: number; readonly message: string } | undefined;
  /** Pods of a page, whatever `limit` says. */
  pageSize = 500;
  readonly #pods = new Map<string, Pod>();
  readonly #history: { readonly version: number; readonly type: string; readonly pod: Pod }[] = [];
  readonly #watchers = new Set<Watcher>();
  readonly #waiting = new Set<() => void>();
  readonly #server: http.Server;
  #version = 100;
  /** What happened before that is forgotten. */
  #oldest = 0;

  private constructor() {
    this.#server = http.createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<KubernetesApi> {
    const api = new KubernetesApi();
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // as: a TCP server that listens has one
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  add(options: PodOptions): void {
    this.#happen('ADDED', podOf(options, ++this.#version));
  }

  change(options: PodOptions): void {
    this.#happen('MODIFIED', podOf(options, ++this.#version));
  }

  remove(name: string, namespace = 'default'): void {
    const pod = this.#pods.get(`${namespace}/${name}`);
    if (pod === undefined) throw new Error(`there is no pod ${name}`);
    this.#happen('DELETED', { ...pod, metadata: { ...pod.metadata, resourceVersion: String(++this.#version) } });
  }

  /** Time passes in the rest of the cluster: watches are told the version. */
  bookmark(): void {
    this.#version += 10;
    const object = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(this.#version), creationTimestamp: null },
      spec: { containers: null },
      status: {},
    };
    for (const { response } of this.#watchers) response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** What has happened until now can no longer be asked for. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history.length = 0;
  }

  /** Ends every watch: as its timeout does, by a cut connection, or with the event that says that its version is too old. */
  end(how: 'timeout' | 'cut' | 'gone'): void {
    for (const { response } of [...this.#watchers]) {
      if (how === 'gone') response.write(`${JSON.stringify({ type: 'ERROR', object: gone() })}\n`);
      if (how === 'cut') response.destroy();
      else response.end();
    }
  }

  /** Resolves when the predicate holds, which is asked after each request. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #happen(type: string, pod: Pod): void {
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (type === 'DELETED') this.#pods.delete(key);
    else this.#pods.set(key, pod);
    this.#history.push({ version: this.#version, type, pod });
    for (const watcher of this.#watchers) this.#tell(watcher, type, pod);
  }

  #tell({ namespace, selector, response }: Watcher, type: string, pod: Pod): void {
    if (matches(pod, namespace, selector)) response.write(`${JSON.stringify({ type, object: pod })}\n`);
  }

  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://api');
    const query = url.searchParams;
    const watching = query.get('watch') === '1';
    this.requests.push(`${watching ? 'watch' : 'list'} ${url.pathname}?${query}`);
    queueMicrotask(() => {
      for (const look of this.#waiting) look();
      this.#waiting.clear();
    });
    const say = (status: number, body: object): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (this.token !== '' && request.headers.authorization !== `Bearer ${this.token}`) return void say(401, statusOf(401, 'Unauthorized'));
    if (this.failing !== undefined) return void say(this.failing.status, statusOf(this.failing.status, this.failing.message));
    const path = /^\/api\/v1\/(?:namespaces\/([^/]+)\/)?pods$/.exec(url.pathname);
    if (path === null) return void say(404, statusOf(404, 'the server could not find the requested resource'));
    const namespace = path[1];
    const selector = query.get('labelSelector') ?? '';
    if (!watching) return void this.#list(query, namespace, selector, say);
    const from = Number(query.get('resourceVersion'));
    if (from < this.#oldest) return void say(410, gone());
    response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    const watcher = { namespace, selector, response };
    for (const { version, type, pod } of this.#history) if (version > from) this.#tell(watcher, type, pod);
    this.#watchers.add(watcher);
    response.once('close', () => this.#watchers.delete(watcher));
  }

  #list(query: URLSearchParams, namespace: string | undefined, selector: string, say: (status: number, body: object) => unknown): void {
    const [version = '', offset = '0'] = (query.get('continue') ?? `${this.#version}/0`).split('/');
    if (Number(version) < this.#oldest) return void say(410, gone());
    const all = [...this.#pods.values()].filter((pod) => matches(pod, namespace, selector));
    const items = all.slice(Number(offset), Number(offset) + this.pageSize);
    const end = Number(offset) + items.length;
    say(200, {
      kind: 'PodList',
      metadata: { resourceVersion: version, ...(end < all.length && { continue: `${version}/${end}` }) },
      items,
    });
  }
}

function podOf(
  { name, namespace = 'default', ip = '10.0.0.1', ports = [], labels, annotations, phase = 'Running' }: PodOptions,
  version: number,
) {
  return {
    metadata: {
      name,
      namespace,
      uid: `uid-${namespace}-${name}`,
      resourceVersion: String(version),
      labels,
      annotations,
      ownerReferences: [{ kind: 'ReplicaSet', name: 'rs', controller: true }],
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'app:1', ports }], initContainers: undefined },
    status: {
      phase,
      podIP: ip,
      hostIP: '192.168.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app', containerID: 'containerd://1' }],
    },
  };
}

function matches(pod: Pod, namespace: string | undefined, selector: string): boolean {
  if (namespace !== undefined && pod.metadata.namespace !== namespace) return false;
  return selector.split(',').every((term) => term === '' || pod.metadata.labels?.[term.split('=')[0] ?? ''] === term.split('=')[1]);
}

function statusOf(code: number, message: string): object {
  return { kind: 'Status', status: 'Failure', message, code };
}

function gone(): object {
  return { ...statusOf(410, 'too old resource version'), reason: 'Expired' };
}
