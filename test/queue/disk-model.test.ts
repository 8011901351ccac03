import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DiskLog } from '../../src/queue/disk.ts';
import type { Cursor, Lease, Limits, LogRecord } from '../../src/queue/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { balance, nameOf, options, record, take } from './contract.ts';
import { afterKill, afterPowerLoss, type Fate, MemoryFiles } from './disk/memory-files.ts';
import { openDisk } from './disk/open-disk.ts';

// Random lives of a log on disk against the plainest model of one: sets of names. FLAMEGATE_RUNS=5000 is the long campaign.
const numRuns = Number(process.env['FLAMEGATE_RUNS'] ?? 40);
/** Seeds that once failed. */
const keptSeeds: readonly number[] = [];

const cursorName = fc.constantFrom('a', 'b');
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      verb: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 5 }),
      kilobytes: fc.integer({ min: 1, max: 60 }),
      tenant: fc.constantFrom('t', 'u'),
      together: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      verb: fc.constant('take' as const),
      cursor: cursorName,
      order: fc.constantFrom('oldest' as const, 'newest' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      verb: fc.constant('end' as const),
      cursor: cursorName,
      how: fc.constantFrom('done' as const, 'done' as const, 'release' as const, 'replace' as const),
      pick: fc.nat(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('hold' as const), cursor: cursorName, ms: fc.constantFrom(0, 500) }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('advance' as const), ms: fc.constantFrom(60, 1000) }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('expire' as const), cursor: cursorName, ageMs: fc.constantFrom(500, 5000) }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('pause' as const), cursor: cursorName }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('retire' as const), cursor: cursorName }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('close' as const), cursor: cursorName }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('rename' as const), cursor: cursorName }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('lose its file' as const), cursor: cursorName }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('forget' as const), cursor: cursorName }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('limit' as const),
      mebibytes: fc.constantFrom(1, 2),
      overflow: fc.constantFrom('drop_oldest' as const, 'refuse' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('reopen' as const) }) },
  { weight: 1, arbitrary: fc.record({ verb: fc.constant('kill' as const) }) },
  { weight: 2, arbitrary: fc.record({ verb: fc.constant('lose power' as const), seed: fc.nat() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Row {
  readonly name: string;
  readonly tenant: string;
  readonly receivedAt: number;
  freeAt: number;
  lease: Lease | undefined;
}

/** One cursor as the model has it. */
interface Half {
  name: string;
  cursor: Cursor;
  books: ReturnType<typeof options>;
  /** In the order of positions. */
  rows: Row[];
  /** Passed and perhaps not on disk yet: a crash may bring them back. */
  passed: Set<string>;
  heldUntil: number;
  paused: boolean;
  retired: boolean;
  /** Its file is gone: it may find whatever is there. */
  hasLostItsPlace: boolean;
}

class World {
  readonly clock = new FakeClock();
  files = new MemoryFiles();
  limits: Limits = { maxSizeBytes: 2 ** 20, overflow: 'drop_oldest', fsync: 'group' };
  readonly halves = new Map<string, Half>();
  #log: DiskLog | undefined;
  #names = 0;

  get log(): DiskLog {
    return this.#log ?? assert.fail('no log is open');
  }

  async open(): Promise<void> {
    this.#log = await openDisk('/log', this.clock, { files: this.files, limits: this.limits });
    for (const key of ['a', 'b']) {
      const known = this.halves.get(key);
      const name = known?.name ?? key;
      const books = options({ retired: known?.retired ?? false });
      const cursor = await this.log.cursor(name, books);
      if (known === undefined)
        this.halves.set(key, {
          name,
          cursor,
          books,
          rows: [],
          passed: new Set(),
          heldUntil: 0,
          paused: false,
          retired: false,
          hasLostItsPlace: false,
        });
      else Object.assign(known, { cursor, books, heldUntil: 0 });
    }
  }

  async run(each: Step): Promise<void> {
    switch (each.verb) {
      case 'append':
        return this.#append(each);
      case 'take':
        return this.#take(this.#half(each.cursor), each.order);
      case 'end':
        return this.#end(this.#half(each.cursor), each.how, each.pick);
      case 'hold': {
        const half = this.#half(each.cursor);
        half.cursor.hold('t', each.ms);
        half.heldUntil = this.clock.monotonic() + each.ms;
        return;
      }
      case 'advance':
        return this.clock.advance(each.ms);
      case 'expire':
        return this.#expire(this.#half(each.cursor), each.ageMs);
      case 'pause': {
        const half = this.#half(each.cursor);
        half.paused = !half.paused;
        return half.cursor.pause(half.paused);
      }
      case 'retire': {
        const half = this.#half(each.cursor);
        half.retired = !half.retired;
        return half.cursor.retire(half.retired);
      }
      case 'close': {
        const half = this.#half(each.cursor);
        await half.cursor.close();
        this.#givenBack(half);
        half.cursor = await this.log.cursor(half.name, { ...half.books, retired: half.retired });
        return;
      }
      case 'rename': {
        const half = this.#half(each.cursor);
        half.name = `${each.cursor}${this.#names++}`;
        return half.cursor.rename(half.name);
      }
      case 'lose its file': {
        const half = this.#half(each.cursor);
        for (const each of this.halves.values()) await each.cursor.close();
        await this.log.close();
        const image = this.files.image();
        assert.ok(image.delete(`/log/cursors/${half.name}.cur`));
        half.hasLostItsPlace = true;
        return this.#restart(new MemoryFiles(image));
      }
      case 'forget': {
        const half = this.#half(each.cursor);
        await half.cursor.forget();
        const books = options();
        Object.assign(half, {
          cursor: await this.log.cursor(half.name, books),
          books,
          rows: [],
          paused: false,
          retired: false,
          heldUntil: 0,
        });
        half.passed.clear();
        return;
      }
      case 'limit':
        this.limits = { ...this.limits, maxSizeBytes: each.mebibytes * 2 ** 20, overflow: each.overflow };
        return this.log.limit(this.limits);
      case 'reopen':
        for (const half of this.halves.values()) await half.cursor.close();
        await this.log.close();
        for (const half of this.halves.values()) half.passed.clear();
        return this.#restart(new MemoryFiles(this.files.image()));
      case 'kill':
        return this.#restart(new MemoryFiles(afterKill(this.files.history, this.files.history.length)));
      case 'lose power': {
        let state = each.seed;
        const fates: readonly Fate[] = ['kept', 'dropped', 'torn'];
        const fateOf = (): Fate => {
          state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
          return fates[state % 3] ?? 'kept';
        };
        return this.#restart(new MemoryFiles(afterPowerLoss(this.files.history, this.files.history.length, fateOf)));
      }
      default:
        each satisfies never;
    }
  }

  /** What must hold whenever nothing is under way. */
  check(): void {
    for (const { cursor, rows, books, name } of this.halves.values()) {
      const { records, profiles, leased } = cursor.stats;
      assert.deepEqual(
        { records, leased },
        { records: rows.length, leased: rows.filter(({ lease }) => lease !== undefined).length },
        `cursor ${name}`,
      );
      assert.equal(balance(books.account), profiles, `the books of cursor ${name}`);
    }
  }

  async #append({ count, kilobytes, tenant, together }: Extract<Step, { verb: 'append' }>): Promise<void> {
    const dropped = this.#droppedNow();
    const names = Array.from({ length: count }, () => String(this.#names++));
    const receivedAt = this.clock.now();
    const records = names.map((name) => record(name, { tenant, receivedAt, body: Buffer.from(name.padEnd(kilobytes * 1000, '|')) }));
    const append = async (batch: readonly LogRecord[]): Promise<void> => this.log.append(batch);
    const whole = together ? append(records) : undefined;
    const appended = await Promise.allSettled(records.map((each) => whole ?? append([each])));
    for (const [at, name] of names.entries()) {
      if (appended[at]?.status !== 'fulfilled') continue;
      for (const half of this.halves.values()) if (!half.retired) half.rows.push({ name, tenant, receivedAt, freeAt: 0, lease: undefined });
    }
    this.#overflowed(dropped);
  }

  #droppedNow(): Map<string, number> {
    return new Map([...this.halves.values()].map(({ name, books }) => [name, books.account.dropped.overflow]));
  }

  /** The oldest that are not leased went, as many as the books say. */
  #overflowed(before: ReadonlyMap<string, number>): void {
    for (const half of this.halves.values()) {
      let gone = half.books.account.dropped.overflow - (before.get(half.name) ?? 0);
      half.rows = half.rows.filter((row) => row.lease !== undefined || gone-- <= 0);
    }
  }

  async #take(half: Half, order: 'oldest' | 'newest'): Promise<void> {
    const now = this.clock.monotonic();
    const free = half.rows.filter(
      ({ lease, freeAt, tenant }) => lease === undefined && freeAt <= now && !(tenant === 't' && half.heldUntil > now),
    );
    const expected = half.paused ? undefined : order === 'oldest' ? free[0] : free.at(-1);
    const lease = await half.cursor.take(order);
    if (expected === undefined) {
      assert.equal(lease, undefined);
      return;
    }
    expected.lease = lease ?? assert.fail(`cursor ${half.name} has ${expected.name} and does not yield it`);
    const [name = ''] = nameOf(expected.lease.record).split('|');
    assert.equal(name, expected.name);
  }

  async #end(half: Half, how: 'done' | 'release' | 'replace', pick: number): Promise<void> {
    const leased = half.rows.filter(({ lease }) => lease !== undefined);
    const row = leased[pick % Math.max(1, leased.length)];
    if (row?.lease === undefined) return;
    const { lease } = row;
    const dropped = half.books.account.dropped.overflow;
    if (how === 'release') {
      lease.release(700);
      row.lease = undefined;
      row.freeAt = this.clock.monotonic() + 700;
      if (half.books.account.dropped.overflow > dropped) half.rows = half.rows.filter((each) => each !== row);
      return;
    }
    if (how === 'done') {
      lease.done();
      half.books.account.delivered += 1;
    } else {
      const before = this.#droppedNow();
      const name = `${row.name}+`;
      await lease.replace({ ...lease.record, body: Buffer.from(name.padEnd(2000, '|')) });
      half.rows.push({ ...row, name, lease: undefined, freeAt: 0 });
      half.rows = half.rows.filter((each) => each !== row);
      this.#overflowed(before);
    }
    half.rows = half.rows.filter((each) => each !== row);
    half.passed.add(row.name);
  }

  async #expire(half: Half, ageMs: number): Promise<void> {
    const before = this.clock.now() - ageMs;
    const lease = await half.cursor.takeExpired(ageMs);
    const expected = half.rows
      .filter((row) => row.lease === undefined && row.receivedAt < before)
      .sort((a, b) => a.receivedAt - b.receivedAt)[0];
    assert.equal(lease === undefined ? undefined : nameOf(lease.record).split('|')[0], expected?.name);
    if (lease === undefined || expected === undefined) return;
    lease.done();
    half.books.account.deadLettered.expired += 1;
    half.rows = half.rows.filter((row) => row !== expected);
    half.passed.add(expected.name);
  }

  /** After close(): nothing is leased, and what overflow took while it was leased is gone. */
  #givenBack(half: Half): void {
    let gone = half.rows.length - balance(half.books.account);
    half.rows = half.rows.filter(({ lease }) => lease === undefined || gone-- <= 0);
    for (const row of half.rows) Object.assign(row, { lease: undefined, freeAt: 0 });
    half.heldUntil = 0;
  }

  /** What is found must be what was pending, and may be more by what was passed lately. */
  async #restart(files: MemoryFiles): Promise<void> {
    this.files = files;
    await this.open();
    for (const half of this.halves.values()) {
      await half.cursor.pause(false);
      const found: Row[] = [];
      const leases: Lease[] = [];
      for (let left = half.cursor.stats.records; left > 0; left--) {
        const lease = await take(half.cursor);
        leases.push(lease);
        const [name = ''] = nameOf(lease.record).split('|');
        const known = half.hasLostItsPlace || half.passed.has(name) || half.rows.some((row) => row.name === name);
        assert.ok(known, `cursor ${half.name} found ${name}, which it was never given or was done with for good`);
        found.push({ name, tenant: lease.record.tenant, receivedAt: lease.record.receivedAt, freeAt: 0, lease: undefined });
      }
      for (const { name, lease } of half.rows) {
        // A leased one may be gone by overflow.
        assert.ok(lease !== undefined || found.some((row) => row.name === name), `cursor ${half.name} lost ${name}`);
      }
      for (const lease of leases) lease.release(0);
      half.rows = found;
      if (half.hasLostItsPlace) {
        half.hasLostItsPlace = false;
        half.retired = false;
        half.paused = false;
        await half.cursor.retire(false);
      }
      await half.cursor.pause(half.paused);
      assert.equal(half.books.account.dropped.damaged, 0);
    }
  }

  #half(name: string): Half {
    return this.halves.get(name) ?? assert.fail(`no cursor ${name}`);
  }
}

async function live(steps: readonly Step[]): Promise<void> {
  const world = new World();
  await world.open();
  for (const each of steps) {
    await world.run(each);
    world.check();
  }
  for (const half of world.halves.values()) await half.cursor.close();
  await world.log.close();
}

const lives = fc.asyncProperty(fc.array(step, { maxLength: 60 }), live);

test('any life of a log on disk, crashes and power losses included, is that of its model', async () => {
  await fc.assert(lives, { numRuns });
});

for (const seed of keptSeeds) {
  test(`a life that once went wrong goes well (seed ${seed})`, async () => {
    await fc.assert(lives, { numRuns: 20, seed });
  });
}
