import { Lru } from '../../core/lru.ts';

/** What is limited: amounts per second; 0 is no limit. */
export interface Rates {
  readonly profiles: number;
  readonly bytes: number;
}

// Seconds of a clock with fractions do not add up to whole tokens.
const rounding = 1e-6;

/** Tokens of one key. */
interface Bucket {
  profiles: number;
  bytes: number;
  /** Monotonic milliseconds: when the tokens were counted. */
  at: number;
}

/**
 * Token buckets by key. A bucket holds `burst` seconds of its rate. What costs more than a full bucket holds may pass when the bucket is full, and
 * is paid back afterwards, so that a large profile is late and not lost, and the rate holds in the long run.
 *
 * At most `maxKeys` of them: a full bucket is forgotten for a new key, longest unused first; when none is full the new keys share one.
 */
export class Buckets {
  readonly #rates: Rates;
  readonly #burstSeconds: number;
  readonly #maxKeys: number;
  readonly #buckets = new Lru<string, Bucket>();
  #shared: Bucket | undefined;

  constructor(rates: Rates, burstSeconds: number, maxKeys: number) {
    this.#rates = rates;
    this.#burstSeconds = burstSeconds;
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Milliseconds until so much may pass; 0 when it may now. Takes nothing. */
  wait(key: string, cost: Rates, now: number): number {
    const bucket = this.#refilled(key, now);
    return Math.max(this.#waitFor('profiles', bucket, cost), this.#waitFor('bytes', bucket, cost));
  }

  /** Takes the tokens, whether or not they are there. */
  take(key: string, cost: Rates, now: number): void {
    const bucket = this.#refilled(key, now);
    if (this.#rates.profiles > 0) bucket.profiles -= cost.profiles;
    if (this.#rates.bytes > 0) bucket.bytes -= cost.bytes;
  }

  #waitFor(what: keyof Rates, bucket: Bucket, cost: Rates): number {
    const rate = this.#rates[what];
    if (rate === 0) return 0;
    const missing = Math.min(cost[what], rate * this.#burstSeconds) - bucket[what];
    return missing > rounding ? (missing / rate) * 1000 : 0;
  }

  #refilled(key: string, now: number): Bucket {
    const bucket = this.#buckets.get(key) ?? this.#add(key, now);
    this.#refill(bucket, now);
    return bucket;
  }

  #refill(bucket: Bucket, now: number): void {
    const seconds = (now - bucket.at) / 1000;
    bucket.profiles = Math.min(bucket.profiles + seconds * this.#rates.profiles, this.#rates.profiles * this.#burstSeconds);
    bucket.bytes = Math.min(bucket.bytes + seconds * this.#rates.bytes, this.#rates.bytes * this.#burstSeconds);
    bucket.at = now;
  }

  #add(key: string, now: number): Bucket {
    const fresh: Bucket = { profiles: this.#rates.profiles * this.#burstSeconds, bytes: this.#rates.bytes * this.#burstSeconds, at: now };
    if (this.#buckets.size < this.#maxKeys || this.#forgetOne(now)) {
      this.#buckets.set(key, fresh);
      return fresh;
    }
    this.#shared ??= fresh;
    return this.#shared;
  }

  /** A full bucket says nothing that a new one would not say. */
  #forgetOne(now: number): boolean {
    const { oldest } = this.#buckets;
    if (oldest === undefined) return false;
    const { key, value: bucket } = oldest;
    this.#refill(bucket, now);
    const isFull = bucket.profiles >= this.#rates.profiles * this.#burstSeconds && bucket.bytes >= this.#rates.bytes * this.#burstSeconds;
    if (isFull) this.#buckets.delete(key);
    return isFull;
  }
}
