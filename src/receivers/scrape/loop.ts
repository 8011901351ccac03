import type { TargetState } from '../../core/component.ts';
import { messageOf, Refused } from '../../core/errors.ts';
import type { Labels } from '../../core/labels.ts';
import type { ProfileBatch } from '../../core/profile.ts';
import { productVersion } from '../../net/client/user-agent.ts';
import type { Baseline } from '../../wire/pprof-delta.ts';
import { payloadOf } from '../../wire/push.ts';
import type { Lease } from './room.ts';
import { isCumulative, scrape } from './scrape.ts';
import type { ScrapeTarget } from './target.ts';
import type { BackPressure, Work } from './work.ts';

/** How a loop's last scrape went. */
export type LoopState = Pick<TargetState, 'health' | 'error' | 'lastScrapeAt' | 'durationMs' | 'sizeBytes' | 'failures'>;

const scopeName = 'flamegate/scrape';
const longestPauseMs = 60_000;

/** Asks one target for one profile again and again: never twice at once, always on the same beat. */
export class ScrapeLoop {
  state: LoopState = { health: 'unknown', error: '', lastScrapeAt: 0, durationMs: 0, sizeBytes: 0, failures: 0 };
  readonly #work: () => Work;
  readonly #pressure: BackPressure;
  readonly #stopped = new AbortController();
  #target: ScrapeTarget;
  #labels: Labels;
  #baseline: Baseline | undefined;
  #intervalMs = 0;
  /** Monotonic milliseconds; of the last scrape that was begun, undefined before the first. */
  #begunAt: number | undefined;
  #dueAt = 0;
  #cancel: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(target: ScrapeTarget, work: () => Work, pressure: BackPressure) {
    this.#target = target;
    this.#work = work;
    this.#pressure = pressure;
    this.#labels = sentLabels(target);
  }

  get target(): ScrapeTarget {
    return this.#target;
  }

  /** What the admin endpoint shows. */
  shown(): TargetState {
    const { instance, name, url, labels } = this.#target;
    return { instance, service: labels.get('service_name') ?? '', profile: name, url: `${url.origin}${url.pathname}`, ...this.state };
  }

  /** Begins, or goes on under what has changed: a new interval counts from the last scrape, so that it never makes two of one. */
  follow(target: ScrapeTarget): void {
    if (!target.labels.equals(this.#target.labels)) this.#labels = sentLabels(target);
    this.#target = target;
    const { intervalMs, host } = this.#work();
    if (intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    const now = host.clock.monotonic();
    const onBeat = now + this.#untilBeat(host.clock.now());
    this.#dueAt = this.#begunAt === undefined ? onBeat : Math.max(onBeat, this.#begunAt + intervalMs);
    if (this.#running === undefined) this.#arm();
  }

  /** Ends what is under way but a delivery; resolves when that has ended too. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#stopped.abort(new Error('the target is gone'));
    await this.#running;
  }

  /** Milliseconds until the wall clock is at this target's place in the interval: the same after a restart, and spread over all targets. */
  #untilBeat(wallMs: number): number {
    const offset = this.#target.phase * this.#intervalMs - (wallMs % this.#intervalMs);
    return offset < 0 ? offset + this.#intervalMs : offset;
  }

  #arm(): void {
    this.#cancel?.();
    const { clock } = this.#work().host;
    this.#cancel = clock.after(Math.max(0, this.#dueAt - clock.monotonic()), () => {
      this.#cancel = undefined;
      this.#running = this.#tick().finally(() => {
        this.#running = undefined;
        if (!this.#stopped.signal.aborted) this.#arm();
      });
    });
  }

  async #tick(): Promise<void> {
    const { host, counters, room } = this.#work();
    const begunAt = host.clock.monotonic();
    const dueAt = this.#dueAt;
    if (this.#pressure.holds(begunAt)) counters.skip('back_pressure', 1);
    else if (room.isFull) counters.skip('memory', 1);
    else {
      this.#begunAt = begunAt;
      counters.lateness.observe((begunAt - dueAt) / 1000);
      const lease = room.lease();
      await this.#scrape(lease).finally(() => lease.release());
    }
    if (this.#dueAt !== dueAt) return; // a reload has said when
    // As a ticker of Go: one beat that passed meanwhile is made up at once, of several only the last.
    // A timer may fire a little early: that is this beat, and not once more.
    const beats = (until: number): number => Math.max(0, Math.floor((until - dueAt) / this.#intervalMs));
    const next = beats(begunAt) + 1;
    const then = Math.max(next, beats(host.clock.monotonic()));
    if (then > 1) counters.skip('busy', then - 1);
    this.#dueAt = dueAt + then * this.#intervalMs;
  }

  async #scrape(lease: Lease): Promise<void> {
    const work = this.#work();
    const { clock } = work.host;
    const at = clock.now();
    const begun = clock.monotonic();
    const scraped = await scrape(this.#target, work, lease, this.#baseline, this.#stopped.signal);
    if (scraped.kind === 'aborted') return;
    if (scraped.kind === 'no_room') {
      work.counters.skip('memory', 1);
      return this.#say('warn', 'a scrape is given up: the answers of this moment are larger than limits.max_held_size', {});
    }
    const durationMs = clock.monotonic() - begun;
    work.counters.duration.observe(durationMs / 1000);
    const ended = { lastScrapeAt: at, durationMs };
    if (scraped.kind === 'failed') {
      work.counters.fail(scraped.reason);
      return this.#down(scraped.message, ended);
    }
    work.counters.scraped.value += 1;
    const { profile, baseline, sizeBytes } = scraped;
    const fault = profile && (await this.#deliver(profile));
    if (fault !== undefined) return this.#down(fault, { ...ended, sizeBytes });
    // Only now: what nobody took is part of the next difference.
    this.#baseline = baseline;
    this.#up({ ...ended, sizeBytes });
  }

  /** Undefined when it was taken, else why not. */
  async #deliver(profile: Uint8Array): Promise<string | undefined> {
    const { host, next, counters, hurry, intervalMs } = this.#work();
    const target = this.#target;
    const batch: ProfileBatch = {
      origin: { receiver: host.id, protocol: 'scrape', address: target.url.host, agent: '', tenant: '', trace: undefined },
      receivedAt: host.clock.now(),
      series: [{ tenant: '', labels: this.#labels, payload: payloadOf(profile) }],
    };
    counters.received.value += 1;
    counters.receivedBytes.value += profile.length;
    let isAccepted = false;
    const accepted = (): void => {
      isAccepted = true;
    };
    try {
      await next.consume(batch, { signal: hurry, accepted });
      return undefined;
    } catch (why) {
      if (!isAccepted) counters.refused(why);
      counters.fail(why instanceof Refused ? 'refused' : 'not_delivered');
      if (why instanceof Refused)
        this.#pressure.begin(host.clock.monotonic(), Math.min(Math.max(why.retryAfterMs, 1000), intervalMs, longestPauseMs));
      return `the profile was not taken: ${messageOf(why)}`;
    }
  }

  #up(ended: Pick<LoopState, 'lastScrapeAt' | 'durationMs' | 'sizeBytes'>): void {
    const { failures, health } = this.state;
    if (health === 'down') this.#say('info', 'a target is scraped again', { failures });
    this.state = { ...ended, health: 'up', error: '', failures: 0 };
    if (health !== 'up') this.#work().turned();
  }

  /** The reason is said once, and again when it is another. */
  #down(error: string, ended: Pick<LoopState, 'lastScrapeAt' | 'durationMs'> & { sizeBytes?: number }): void {
    const { health, sizeBytes, failures } = this.state;
    if (error !== this.state.error) this.#say('warn', 'a target cannot be scraped', { reason: error });
    this.state = { sizeBytes, ...ended, health: 'down', error, failures: failures + 1 };
    if (health !== 'down') this.#work().turned();
  }

  #say(level: 'info' | 'warn', message: string, facts: object): void {
    const { name, instance, url } = this.#target;
    const said = { target: instance, profile: name, path: url.pathname, ...facts };
    const { log } = this.#work().host;
    if (level === 'info') log.info(message, said);
    else log.warn(message, said, JSON.stringify([instance, facts]));
  }
}

/** With the scope that Pyroscope shows (row S10), and __delta__ where the difference has been made here. */
function sentLabels(target: ScrapeTarget): Labels {
  let labels = target.labels;
  if (labels.get('otel.scope.name') === undefined) labels = labels.with('otel.scope.name', scopeName);
  if (labels.get('otel.scope.name') === scopeName && labels.get('otel.scope.version') === undefined)
    labels = labels.with('otel.scope.version', productVersion);
  return isCumulative(target) ? labels.with('__delta__', 'false') : labels;
}
