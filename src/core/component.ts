import type { Tracer } from '@opentelemetry/api';
import type { z } from 'zod';
import type { Account } from './account.ts';
import type { Clock } from './clock.ts';
import type { DebugInfoTarget } from './debug-info.ts';
import type { Labels } from './labels.ts';
import type { ProfileBatch, Series } from './profile.ts';

/**
 * The wait for an answer. Aborts when the sender is gone or its deadline has passed. With `ack: delivered` that ends the delivery; with the
 * others what is stored by then is delivered all the same.
 */
export interface Call {
  readonly signal: AbortSignal;
  /** When the sender's own deadline passes, monotonic milliseconds; undefined when it named none. */
  readonly deadlineAt?: number | undefined;
  /** Called when at least one exporter has the batch in its books, whatever the sender hears in the end. */
  readonly accepted?: () => void;
}

/** Where a receiver hands its batches: the service's accept(). */
export interface Consumer {
  /**
   * Returns, or resolves, once every exporter has the batch as safely as its `ack` says: at once where nothing has to be waited for. Throws, or
   * rejects, with Refused (nothing stored, send again later), Invalid (never send again), Failed (`ack: delivered`), or with
   * call.signal.reason when that aborts while `ack: delivered` waits. Behind success nobody reads the payloads any more: what is kept was copied,
   * and the receiver may take their memory back.
   */
  consume(batch: ProfileBatch, call: Call): Promise<void> | undefined;
  /** Who takes debug information now; undefined when nobody does. */
  readonly debugInfo?: DebugInfoTarget | undefined;
}

/** What is started and stopped. */
export interface Component {
  /** Resolves when ready for work; everything downstream is already started. Changes nothing that is in force: it may never be activated. */
  start(): Promise<void>;
  /** The configuration of this component comes into force, after everything in it has started. Cannot fail. */
  activate?(): void;
  /** Takes nothing new, finishes what was accepted, gives up when `deadline` aborts. Safe to call twice, and without start(). */
  stop(deadline: AbortSignal): Promise<void>;
}

/** Takes profiles from outside and hands them to its Consumer. */
export interface Receiver extends Component {
  /** What it fetches profiles from now. Left out by one that profiles are sent to. */
  targets?(): readonly TargetState[];
}

/** One profile of one target, and how its last scrape went. */
export interface TargetState {
  /** The label `instance`. */
  readonly instance: string;
  /** The label `service_name`. */
  readonly service: string;
  /** `__name__`. */
  readonly profile: string;
  /** Without the query, which may hold secrets. */
  readonly url: string;
  /** unknown: before the first. */
  readonly health: 'up' | 'down' | 'unknown';
  /** Why it is down; '' when it is not. */
  readonly error: string;
  /** Milliseconds since the Unix epoch; 0 before the first. */
  readonly lastScrapeAt: number;
  readonly durationMs: number;
  /** Of the last profile. */
  readonly sizeBytes: number;
  /** In a row. */
  readonly failures: number;
}

/** Called for each series that is not in the result, with the reason that the metric and `explain` show. */
export type Drop = (series: Series, reason: string) => void;

/** One step of a pipeline. */
export interface Processor extends Partial<Component> {
  /** Changes nothing it was given, does no I/O; may throw Refused. A Promise only where the work must leave the event loop. */
  process(batch: ProfileBatch, drop: Drop): ProfileBatch | Promise<ProfileBatch>;
}

/** The last stage of a pipeline that does not send everything everywhere. Keys are outputs of its pipeline. */
export interface Router extends Partial<Component> {
  route(batch: ProfileBatch, drop: Drop): ReadonlyMap<string, ProfileBatch>;
}

/** Takes profiles out of the gateway. */
export interface Exporter extends Component {
  /** Renders and checks, synchronously; stores nothing. Throws Invalid, or Refused when commit() would refuse now. */
  prepare(batch: ProfileBatch): Prepared;
  /** Another exporter stored it and this one did not: counted as accepted and dropped, so that the account stays exact. */
  discard(batch: ProfileBatch, reason: 'invalid' | 'not_stored'): void;
  /** Undefined for one that takes profiles only, or has no endpoint. */
  readonly debugInfo?: DebugInfoTarget | undefined;
  /** Stops or goes on with the deliveries of one endpoint, by its name; kept over a restart where the queue is. False when there is no such
   *  endpoint. */
  pause?(endpoint: string, paused: boolean): Promise<boolean>;
}

/** A batch that one exporter has rendered and checked. */
export interface Prepared {
  /**
   * Stores, before it returns, so that several exporters commit in one turn of the event loop. Undefined when nothing is left to wait for.
   * Throws or rejects as consume() does.
   */
  commit(call: Call): Promise<void> | undefined;
}

/** What the host gives every component. Nothing else is ambient. */
export interface Host {
  /** "pyroscope/eu", as in the config file. */
  readonly id: string;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  account(endpoint: string): Account;
  /** The endpoint is gone and nothing of it is left: /metrics shows its books no longer. Asking for the account again shows them. */
  closeAccount(endpoint: string): void;
  /** Profiles of these labels went to the dead letters: `reason` as in the metric, `words` the backend's own. For the table of senders. */
  deadLettered?(tenant: string, labels: Labels, profiles: number, reason: string, words: string): void;
  /** What this component, or one endpoint of it, says of itself. Counts until it says something else; in status with its reason. */
  health(state: Health, endpoint?: string): void;
  /** Why /-/ready says no, empty when it says yes: what a receiver answers to GET /ready and to grpc.health.v1. */
  unready(): readonly string[];
  /** How close the process is to the memory it may use. */
  memoryLevel(): MemoryLevel;
  /** A resource that outlives a reload (an open log, a bound listener): opened by the first that asks for the key, closed after the last
   *  has let go. Rejects with what `open` rejects with; the next to ask tries again. */
  share<T extends Shared>(key: string, open: () => Promise<T>): Promise<Held<T>>;
}

/** high: no large bodies any more; full: none. */
export type MemoryLevel = 'ok' | 'high' | 'full';

/** What can be shared over a reload. */
export interface Shared {
  close(): Promise<void>;
}

/** One holder's grip on a shared resource. */
export interface Held<T extends Shared> {
  readonly resource: T;
  /** Lets go; the last holder to do so closes the resource and waits for that. Once is enough, twice does no harm. */
  release(): Promise<void>;
}

/** What an endpoint is doing: the `state` of flamegate_endpoint_state. */
export const endpointStates = [
  'ok',
  'backing_off', // it fails now and then, or is slow to answer
  'limited', // it asks for less: 429
  'refusing', // it takes nothing until somebody changes something: credentials, tenant, URL
  'down', // every attempt fails
  'paused', // somebody has asked for it
] as const;
/** One of them. */
export type EndpointState = (typeof endpointStates)[number];

/** A dead endpoint is degraded, never unready: the gateway still takes profiles. `endpoint`: what the endpoint is doing that this is said of. */
export type Health =
  | { readonly kind: 'ok' }
  | { readonly kind: 'degraded' | 'unready'; readonly reason: string; readonly endpoint?: EndpointState };

/** Constant names of labels and their values. */
export type MetricLabels = Readonly<Record<string, string>>;

/** One registry behind /metrics and OTLP. The same name and labels give the same object for the life of the process. */
export interface Metrics {
  /** A plain field: value += n. */
  counter(name: string, help: string, labels?: MetricLabels): { value: number };
  histogram(name: string, help: string, buckets: readonly number[], labels?: MetricLabels): { observe(value: number): void };
  /** Read at scrape; the last `read` given counts. The result withdraws the gauge: its series is gone at once. */
  gauge(name: string, help: string, read: () => number, labels?: MetricLabels): () => void;
}

/** Constant message, facts as fields. */
export interface Logger {
  /** `facts` may be a function: it is called only when the line is written. */
  debug(message: string, facts?: object | (() => object)): void;
  info(message: string, facts?: object): void;
  /** `about`: of alike lines in a short time the log writes a few only, and beyond these the first about each thing, up to 1,000 things. */
  warn(message: string, facts?: object, about?: string): void;
  error(message: string, facts?: object): void;
}

interface Factory<S extends z.ZodType> {
  /** The name used in config files. */
  readonly type: string;
  /** The only home of types, defaults, limits, descriptions. */
  readonly schema: S;
  /** Keys that cannot change while a component runs: a reload that changes one is refused and asks for a restart. */
  readonly fixedKeys?: readonly string[];
  /** What is legal in a configuration and worth a word: a warning each. */
  advise?(config: z.output<S>): readonly Advice[];
  /** Reads the files that a configuration names and says what is wrong with them. Called when a configuration is checked, before anything is
   *  created: by `validate`, by every start, by every reload. Throws nothing. */
  check?(config: z.output<S>): readonly ConfigFault[];
  /** The configuration with the defaults that follow from its other keys: what `print-config` shows. */
  inForce?(config: z.output<S>): z.output<S>;
}

/** A warning about one place below a component's settings. */
export interface Advice {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with a configuration that its schema takes. */
export interface ConfigFault {
  /** Keys and indexes below the component. */
  readonly path: readonly (string | number)[];
  /** What was found and what is expected; never the content of a file. */
  readonly message: string;
  /** A warning where the component runs all the same. */
  readonly severity?: 'error' | 'warning';
}

/** Makes receivers of one type. create() does no I/O: `validate` calls it only to find mistakes, a reload calls it while the old parts run. */
export interface ReceiverFactory<S extends z.ZodType = z.ZodType> extends Factory<S> {
  readonly kind: 'receiver';
  create(config: z.output<S>, next: Consumer, host: Host): Receiver;
}

/** Makes processors of one type. create() does no I/O. */
export interface ProcessorFactory<S extends z.ZodType = z.ZodType> extends Factory<S> {
  readonly kind: 'processor';
  /** Why it may drop a series: what /metrics shows from the start. Left out by one that drops nothing. */
  readonly reasons?: readonly string[];
  /** Names of the labels that it decides by. */
  reads?(config: z.output<S>): readonly string[];
  /** Which labels are gone behind it, whatever comes. */
  removes?(config: z.output<S>): (name: string) => boolean;
  /** Labels may be there behind it that were not before. */
  readonly sets?: true;
  create(config: z.output<S>, host: Host): Processor;
}

/** Makes routers of one type. create() does no I/O. */
export interface RouterFactory<S extends z.ZodType = z.ZodType> extends Factory<S> {
  readonly kind: 'router';
  /** As a processor's. */
  readonly reasons?: readonly string[];
  /** As a processor's. */
  reads?(config: z.output<S>): readonly string[];
  /** Every output that it may send to, with the place below its settings that says so. Left out by one that may send to any. */
  outputs?(config: z.output<S>): readonly { readonly path: readonly (string | number)[]; readonly output: string }[];
  create(config: z.output<S>, host: Host): Router;
}

/** Makes exporters of one type. create() does no I/O. */
export interface ExporterFactory<S extends z.ZodType = z.ZodType> extends Factory<S> {
  readonly kind: 'exporter';
  create(config: z.output<S>, host: Host): Exporter;
}

/** Any factory. */
export type AnyFactory = ReceiverFactory | ProcessorFactory | RouterFactory | ExporterFactory;

/** Every component type of a build, by kind. */
export interface Registry {
  readonly receivers: readonly ReceiverFactory[];
  readonly processors: readonly (ProcessorFactory | RouterFactory)[];
  readonly exporters: readonly ExporterFactory[];
}
