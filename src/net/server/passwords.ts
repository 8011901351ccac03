import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Shared } from '../../core/component.ts';
import { Refused } from '../../core/errors.ts';
import type { Comparer } from './bcrypt-thread.ts';
import { BoundedMap } from './bounded-map.ts';
import { type Lane, Lanes } from './lanes.ts';
import { networkOf } from './network.ts';
import { Unserved } from './unserved.ts';

/** A password that somebody says is that of a hash. */
export interface Attempt extends Lane {
  readonly hash: string;
  readonly password: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

interface Job {
  readonly key: string;
  readonly lane: Lane;
  readonly hash: string;
  readonly password: string;
  readonly result: PromiseWithResolvers<boolean>;
  waiters: number;
}

const mostRemembered = 10_000;
const limits = { perLane: 8, perUser: 64, perPassword: 1000 };
const retryAfterMs = 1000;
// Behind each wrong password the thread rests for so many times what it took: a guesser has a quarter of one core, and no more.
const restShare = 3;
// A thread that nobody asks costs memory.
const idleMs = 60_000;

/**
 * Says whether passwords are right, at a bounded cost. A password that was looked at is known from then on, right or wrong, by its HMAC under
 * a key of this process. All others are looked at one by one in a thread of their own, users and addresses in turn; who was wrong last stands
 * behind all who were not, and waits while the thread rests.
 */
export class Passwords implements Shared {
  readonly #key = randomBytes(32);
  readonly #comparer: Comparer;
  readonly #clock: Clock;
  /** Apart, so that no number of wrong ones makes a right one be looked at again. */
  readonly #right = new BoundedMap<true>(mostRemembered);
  readonly #wrong = new BoundedMap<true>(mostRemembered);
  readonly #suspects = new BoundedMap<true>(mostRemembered);
  readonly #jobs = new Map<string, Job>();
  readonly #trusted = new Lanes<Job>(limits);
  readonly #doubted = new Lanes<Job>(limits);
  #isBusy = false;
  #restUntil = Number.NEGATIVE_INFINITY;
  #cancelWake = (): void => {};

  constructor(comparer: Comparer, clock: Clock) {
    this.#comparer = comparer;
    this.#clock = clock;
  }

  /** At once when it was looked at before. Throws Refused("rate") when too many of this sender wait, rejects when the attempt is given up. */
  matches(attempt: Attempt): boolean | Promise<boolean> {
    const { hash, password, user } = attempt;
    // The hash is part of it: a changed password is another one.
    const key = createHmac('sha256', this.#key).update(`${hash}\0`).update(password).digest('base64');
    if (this.#right.get(key) === true) return true;
    if (this.#wrong.get(key) === true) return false;
    const lane = { user, address: networkOf(attempt.address) };
    // Each of them is a request that is held.
    if ((this.#jobs.get(key)?.waiters ?? 0) >= limits.perPassword) throw tooMany();
    const job = this.#jobs.get(key) ?? this.#enqueue({ key, lane, hash, password, result: Promise.withResolvers(), waiters: 0 });
    const result = this.#await(job, attempt.signal);
    void this.#work();
    return result;
  }

  async close(): Promise<void> {
    this.#cancelWake();
    await this.#comparer.close();
  }

  #enqueue(job: Job): Job {
    const lanes = this.#suspects.get(nameOf(job.lane)) === true ? this.#doubted : this.#trusted;
    if (!lanes.add(job.lane, job)) throw tooMany();
    this.#jobs.set(job.key, job);
    job.result.promise.catch(() => {}); // all who asked may be gone
    return job;
  }

  #await(job: Job, signal: AbortSignal): Promise<boolean> {
    job.waiters += 1;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        job.waiters -= 1;
        reject(new Unserved('canceled', 'the sender is gone'));
      };
      const end = (): void => signal.removeEventListener('abort', onAbort);
      signal.addEventListener('abort', onAbort, { once: true });
      job.result.promise.then(resolve, reject).finally(end);
      if (signal.aborted) onAbort();
    });
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#cancelWake();
    for (let job = this.#next(); job !== undefined; job = this.#next()) await this.#look(job);
    this.#isBusy = false;
  }

  /** The next one to look at; when there is none, what will happen later is arranged. */
  #next(): Job | undefined {
    const trusted = takeWanted(this.#trusted, this.#jobs);
    if (trusted !== undefined) return trusted;
    const restMs = this.#restUntil - this.#clock.monotonic();
    const doubted = restMs > 0 ? undefined : takeWanted(this.#doubted, this.#jobs);
    if (doubted === undefined) {
      const wake = restMs > 0 ? () => void this.#work() : () => void this.#comparer.close();
      this.#cancelWake = this.#clock.after(restMs > 0 ? restMs : idleMs, wake);
    }
    return doubted;
  }

  async #look(job: Job): Promise<void> {
    const startedAt = this.#clock.monotonic();
    try {
      const isRight = await this.#comparer.compare({ password: job.password, hash: job.hash });
      if (isRight) this.#isRight(job);
      else this.#isWrong(job, this.#clock.monotonic() - startedAt);
      job.result.resolve(isRight);
    } catch (why) {
      job.result.reject(why);
    }
    this.#jobs.delete(job.key);
  }

  #isRight({ key, lane }: Job): void {
    this.#right.set(key, true);
    this.#suspects.delete(nameOf(lane));
  }

  #isWrong({ key, lane }: Job, tookMs: number): void {
    this.#wrong.set(key, true);
    this.#suspects.set(nameOf(lane), true);
    this.#restUntil = this.#clock.monotonic() + restShare * tookMs;
  }
}

/** Those whose senders have all gone are left out, and forgotten. */
function takeWanted(lanes: Lanes<Job>, jobs: Map<string, Job>): Job | undefined {
  for (let job = lanes.next(); job !== undefined; job = lanes.next()) {
    if (job.waiters > 0) return job;
    jobs.delete(job.key);
    job.result.reject(new Unserved('canceled', 'the sender is gone'));
  }
  return undefined;
}

function tooMany(): Refused {
  return new Refused('rate', 'too many requests of this sender wait until its password is looked at', retryAfterMs);
}

function nameOf({ user, address }: Lane): string {
  return `${address} ${user}`;
}
