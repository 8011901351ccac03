import { z } from 'zod';
import { components } from '../../components.ts';
import { withoutUserInfo } from '../../config/redact.ts';
import type { ComponentConfig, Config } from '../../config/schema.ts';
import type { Clock } from '../../core/clock.ts';
import type { Exporter } from '../../core/component.ts';
import { Invalid, Refused } from '../../core/errors.ts';
import { labelFault } from '../../core/label-rules.ts';
import { startAll, stopAll } from '../../core/lifecycle.ts';
import type { Payload, ProfileBatch, Series } from '../../core/profile.ts';
import { buildRoots } from '../../service/graph.ts';
import { createParts, instancesOf, noParts } from '../../service/parts.ts';
import { type Node, newWay, walk } from '../../service/walk.ts';
import { ingestNameFault } from '../../wire/ingest.ts';
import { withQuietSurroundings } from '../quiet-host.ts';
import { type Step, traced } from './traced.ts';

/** One profile that is sent through a configuration. */
export interface Sent {
  readonly labels: Series['labels'];
  readonly tenant: string;
  readonly payload: Payload;
}

/** What became of it. */
export interface Trace {
  readonly receiver: string;
  /** Every processor that saw it, in the order of its way. */
  readonly steps: readonly Step[];
  readonly arrivals: readonly Arrival[];
  /** What its sender is told instead of 200. */
  readonly refusal: { readonly reason: string; readonly message: string } | undefined;
}

/** What an exporter gets. */
export interface Arrival {
  readonly exporter: string;
  readonly series: Series;
  readonly endpoints: readonly EndpointName[];
}

/** One endpoint of an exporter. */
export interface EndpointName {
  /** As the file gives it; undefined when it is the URL's. */
  readonly name: string | undefined;
  /** Without user-info. */
  readonly url: string;
}

/** The processors of a configuration at work. Receivers and exporters are not there: nothing is bound, opened or sent. */
export interface Trial {
  /** Receivers that feed a pipeline. */
  readonly receivers: readonly string[];
  send(receiver: string, sent: Sent): Promise<Trace>;
}

/** Starts the processors, runs, and stops them again. Rejects with what does not start. */
export async function withTrial<T>(config: Config, clock: Clock, run: (trial: Trial) => Promise<T>): Promise<T> {
  return withQuietSurroundings(clock, async (around) => {
    const consumer = { consume: async () => {} };
    const shop = { registry: components, around, consumer: () => consumer };
    const parts = createParts({ ...config, receivers: new Map(), exporters: new Map() }, noParts, () => false, shop);
    const exporters = new Map([...config.exporters.keys()].map((id) => [id, destination]));
    const roots = buildRoots(config.pipelines, { ...instancesOf(parts), exporters });
    const processors = [...parts.processors.values()];
    const never = new AbortController().signal;
    await startAll(processors, never);
    try {
      return await run({
        receivers: [...roots.keys()],
        send: (receiver, sent) => send(config, roots.get(receiver) ?? [], receiver, batchOf(config, receiver, sent, clock)),
      });
    } finally {
      await stopAll(processors, AbortSignal.abort());
      for (const { host } of processors) host.dispose();
    }
  });
}

/** Marks where a way ends. */
const destination: Exporter = {
  start: async () => {},
  stop: async () => {},
  prepare: () => {
    throw new Error('nothing is sent');
  },
  discard: () => {},
};

async function send(config: Config, roots: readonly Node[], receiver: string, batch: ProfileBatch): Promise<Trace> {
  const steps: Step[] = [];
  const arrivals: Arrival[] = [];
  const trace = (refusal: Trace['refusal']): Trace => ({ receiver, steps, arrivals: refusal === undefined ? arrivals : [], refusal });
  const observe = (node: Node, { series }: ProfileBatch): void => {
    if (node.kind !== 'exporter') return;
    for (const one of series) arrivals.push({ exporter: node.id, series: one, endpoints: endpointsOf(config.exporters.get(node.id)) });
  };
  const nodes = roots.map((node) => traced(node, (step) => void steps.push(step)));
  try {
    await walk(nodes, batch, newWay(), observe);
  } catch (why) {
    if (!(why instanceof Refused || why instanceof Invalid)) throw why;
    return trace({ reason: why.reason, message: why.message });
  }
  const fault = arrivals.map(({ series }) => faultOf(series)).find((one) => one !== undefined);
  return trace(fault === undefined ? undefined : { reason: 'labels', message: fault });
}

/** What every exporter to a Pyroscope looks at before it stores. */
function faultOf({ labels, payload }: Series): string | undefined {
  return labelFault(labels, 'pyroscope') ?? (payload.kind === 'ingest' ? ingestNameFault(labels) : undefined);
}

function batchOf(config: Config, receiver: string, { labels, tenant, payload }: Sent, clock: Clock): ProfileBatch {
  const rules = tenantRules(config.receivers.get(receiver));
  const known = tenant === '' ? rules.fallback : tenant;
  const origin = {
    receiver,
    protocol: payload.kind === 'ingest' ? 'ingest' : 'connect',
    address: '',
    agent: 'flamegate',
    tenant: known,
    trace: undefined,
  } as const;
  return { origin, receivedAt: clock.now(), series: [{ tenant: rules.forward ? known : '', labels, payload }] };
}

const WithTenant = z.object({
  tenant: z.object({ default: z.string(), forward: z.boolean() }),
  compatibility: z.string().optional(),
});

/** A receiver of an .alloy file knows no tenants. */
function tenantRules(receiver: ComponentConfig | undefined): { readonly fallback: string; readonly forward: boolean } {
  const { data } = WithTenant.safeParse(receiver?.config);
  if (data === undefined || data.compatibility === 'alloy') return { fallback: '', forward: false };
  return { fallback: data.tenant.default, forward: data.tenant.forward };
}

const WithEndpoints = z.object({ endpoints: z.array(z.object({ name: z.string().optional(), url: z.string() })) });

function endpointsOf(exporter: ComponentConfig | undefined): readonly EndpointName[] {
  const { data } = WithEndpoints.safeParse(exporter?.config);
  return data?.endpoints.map(({ name, url }) => ({ name: name === '' ? undefined : name, url: withoutUserInfo(url) })) ?? [];
}
