import type { Consumer, Host, Shared } from '../../core/component.ts';
import type { Relabel } from '../../core/relabel.ts';
import { Discovery, fingerprint, relabelAll, relabelOf } from '../../discovery/discovery.ts';
import type { TargetLabels } from '../../discovery/source.ts';
import { createFetcher, type Fetcher } from '../../net/client/fetch.ts';
import { ScrapeCounters } from './counters.ts';
import { ScrapeLoop } from './loop.ts';
import { enabledKinds } from './profiles.ts';
import { BodyRoom } from './room.ts';
import type { ScrapeConfig } from './schema.ts';
import { ShownTargets } from './shown.ts';
import { profilesOf, type ScrapeTarget, shardOf, type TargetRules } from './target.ts';
import { BackPressure, type Work } from './work.ts';

// A cluster that starts changes every few milliseconds; loops are made once.
const gatherMs = 100;
// What the receiver says of itself is put together once for all targets that turn at a time.
const healthMs = 1000;
const mostFaults = 100;
// One per target, and those of redirects.
const mostOrigins = 100_000;

/** What one configuration of a receiver asks for. */
export interface Claim {
  readonly config: ScrapeConfig;
  readonly host: Host;
  readonly next: Consumer;
}

/** A claim at work. */
interface Served extends Claim {
  readonly work: Work;
  readonly rules: TargetRules;
  readonly relabel: Relabel;
  readonly shown: ShownTargets;
}

/**
 * The loops of one receiver. Lives over reloads: of the claims to it the newest is served, and when that is withdrawn the one before again, so
 * that a target that stays is scraped on the same beat, with what it is subtracted from.
 */
export class ScrapePool implements Shared {
  readonly #discovery = new Discovery(() => this.#gather());
  readonly #loops = new Map<string, ScrapeLoop>();
  readonly #fetchers = new Map<string, Fetcher>();
  readonly #claims: Claim[] = [];
  readonly #pressure = new BackPressure();
  readonly #room = new BodyRoom();
  readonly #hurry = new AbortController();
  readonly #stopping = new Set<Promise<unknown>>();
  readonly #faults = new Set<string>();
  #served: Served | undefined;
  #cancelGather: (() => void) | undefined;
  #cancelHealth: (() => void) | undefined;

  /** Serves this claim from now on; the result withdraws it. */
  serve(claim: Claim): () => void {
    this.#claims.push(claim);
    this.#serveNewest();
    return () => {
      const at = this.#claims.indexOf(claim);
      if (at < 0) return;
      this.#claims.splice(at, 1);
      if (this.#served?.host === claim.host) this.#serveNewest();
    };
  }

  /** How every loop does. */
  get loops(): readonly ScrapeLoop[] {
    return [...this.#loops.values()];
  }

  /** Deliveries that wait for an endpoint end now, unless somebody is served. */
  hurry(reason: unknown): void {
    if (this.#claims.length === 0) this.#hurry.abort(reason);
  }

  /** Resolves when no scrape and no delivery is under way any more. */
  async close(): Promise<void> {
    this.#cancelGather?.();
    this.#cancelHealth?.();
    this.#end(this.#loops.keys());
    await Promise.all([...this.#stopping, this.#discovery.close()]);
    await Promise.all([...this.#fetchers.values()].map((fetcher) => fetcher.close()));
  }

  #serveNewest(): void {
    const claim = this.#claims.at(-1);
    this.#served?.shown.show([]);
    this.#served = claim && this.#servedOf(claim);
    if (this.#served === undefined) return;
    const { config, host } = this.#served;
    this.#room.limit = Math.max(config.limits.max_held_size, config.limits.max_profile_size);
    this.#gauges(host);
    this.#discovery.follow(config.discovery, host);
    this.#reconcile();
  }

  #servedOf(claim: Claim): Served {
    const { config, host, next } = claim;
    const { scrape_interval, scrape_timeout, limits, profiling_config } = config;
    return {
      ...claim,
      relabel: relabelOf(config.rules),
      shown: new ShownTargets(host, limits.max_target_series),
      rules: {
        kinds: enabledKinds(profiling_config.profiles),
        jobName: config.job_name,
        scheme: config.scheme,
        params: config.params,
        pathPrefix: profiling_config.path_prefix,
        intervalMs: scrape_interval,
        deltaMs: config.delta_profiling_duration,
      },
      work: {
        intervalMs: scrape_interval,
        timeoutMs: scrape_timeout,
        maxBodyBytes: limits.max_profile_size,
        maxInflatedBytes: limits.max_inflated_size,
        fetcher: this.#fetcherOf(config, host),
        room: this.#room,
        next,
        host,
        counters: new ScrapeCounters(host),
        turned: () => this.#healthSoon(),
        hurry: this.#hurry.signal,
      },
    };
  }

  /** The same for the same options, so that connections and tokens are kept. */
  #fetcherOf(config: ScrapeConfig, host: Host): Fetcher {
    const { targets, discovery, rules, job_name, scheme, params, scrape_interval, scrape_timeout, ...rest } = config;
    const { delta_profiling_duration, profiling_config, limits, shard, ...options } = rest;
    const key = fingerprint({ options, scrape_timeout });
    const known = this.#fetchers.get(key);
    if (known !== undefined) return known;
    const fetcher = createFetcher({ ...options, url: 'http://targets/', remote_timeout: scrape_timeout }, host, mostOrigins);
    const [oldest] = this.#fetchers;
    // Of two generations scrapes may be under way, of older ones none.
    if (oldest !== undefined && this.#fetchers.size >= 2) {
      this.#fetchers.delete(oldest[0]);
      this.#track(oldest[1].close());
    }
    this.#fetchers.set(key, fetcher);
    return fetcher;
  }

  #gather(): void {
    const { host } = this.#served ?? {};
    if (host === undefined || this.#cancelGather !== undefined) return;
    this.#cancelGather = host.clock.after(gatherMs, () => {
      this.#cancelGather = undefined;
      this.#reconcile();
    });
  }

  /** Makes the loops be those of the targets that are known now. */
  #reconcile(): void {
    const served = this.#served;
    if (served === undefined) return;
    const { targets: discovered, complete } = this.#discovery.targets();
    const wanted = this.#wanted(served, relabelAll([...served.config.targets, ...discovered], served.relabel));
    // A source that has not answered yet says nothing against the targets it had.
    if (complete) this.#end([...this.#loops.keys()].filter((key) => !wanted.has(key)));
    for (const [key, target] of wanted) {
      let loop = this.#loops.get(key);
      if (loop === undefined) {
        loop = new ScrapeLoop(target, () => this.#served?.work ?? served.work, this.#pressure);
        this.#loops.set(key, loop);
      }
      loop.follow(target);
    }
    for (const [key, loop] of this.#loops) if (!wanted.has(key)) loop.follow(loop.target);
    served.shown.show(this.#loops.values());
    this.#healthSoon();
  }

  #healthSoon(): void {
    const { host } = this.#served ?? {};
    if (host === undefined || this.#cancelHealth !== undefined) return;
    this.#cancelHealth = host.clock.after(healthMs, () => {
      this.#cancelHealth = undefined;
      const down = [...this.#loops.values()].filter(({ state }) => state.health === 'down');
      const [first] = down;
      if (first === undefined) return this.#served?.host.health({ kind: 'ok' });
      const { instance, name } = first.target;
      const reason = `${down.length} of ${this.#loops.size} profiles cannot be scraped, such as ${name} of ${instance}: ${first.state.error}`;
      this.#served?.host.health({ kind: 'degraded', reason });
    });
  }

  #wanted({ config, rules }: Served, targets: readonly TargetLabels[]): Map<string, ScrapeTarget> {
    const wanted = new Map<string, ScrapeTarget>();
    const faults = new Set<string>();
    for (const target of targets) {
      if (config.shard !== undefined && shardOf(target, config.shard.total) !== config.shard.index) continue;
      const profiles = profilesOf(target, rules);
      if (typeof profiles === 'string') faults.add(`${target['__address__'] ?? ''}: ${profiles}`);
      // Of equal ones the first.
      else for (const profile of profiles) if (!wanted.has(profile.key)) wanted.set(profile.key, profile);
    }
    this.#complain(faults);
    return wanted;
  }

  /** A target that cannot be one is left out, and the others are scraped. */
  #complain(faults: ReadonlySet<string>): void {
    for (const known of this.#faults) if (!faults.has(known)) this.#faults.delete(known);
    for (const fault of faults) {
      if (this.#faults.has(fault) || this.#faults.size >= mostFaults) continue;
      this.#faults.add(fault);
      this.#served?.host.log.warn('a target is left out: it cannot be scraped', { reason: fault });
    }
  }

  #end(keys: Iterable<string>): void {
    for (const key of [...keys]) {
      const loop = this.#loops.get(key);
      this.#loops.delete(key);
      if (loop !== undefined) this.#track(loop.stop());
    }
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.finally(() => this.#stopping.delete(tracked));
    this.#stopping.add(tracked);
  }

  #gauges({ id, metrics }: Host): void {
    metrics.gauge('flamegate_scrape_held_bytes', 'Bytes of answers that are being read or handed on.', () => this.#room.used, {
      receiver: id,
    });
    const help = 'Profiles of targets by how their last scrape went.';
    for (const state of ['up', 'down', 'unknown'] as const)
      metrics.gauge('flamegate_scrape_targets', help, () => this.#count(state), { receiver: id, state });
  }

  #count(health: ScrapeLoop['state']['health']): number {
    let count = 0;
    for (const { state } of this.#loops.values()) if (state.health === health) count += 1;
    return count;
  }
}
