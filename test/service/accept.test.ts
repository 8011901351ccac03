import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exporter } from '../../src/core/component.ts';
import { Failed, Invalid, Refused } from '../../src/core/errors.ts';
import { Accept } from '../../src/service/accept.ts';
import type { Node } from '../../src/service/walk.ts';
import { batchOf, pushSeries } from '../support/batches.ts';

type Verdict = 'stores' | Error;

/** An exporter that does as told and remembers what became of each batch. */
function exporter(verdict: { prepare?: Verdict; commit?: Verdict }): Exporter & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    async start() {},
    async stop() {},
    prepare() {
      if (verdict.prepare instanceof Error) throw verdict.prepare;
      return {
        async commit() {
          if (verdict.commit instanceof Error) throw verdict.commit;
          seen.push('stored');
        },
      };
    },
    discard: (_, reason) => void seen.push(reason),
  };
}

const call = { signal: new AbortController().signal };
const batch = batchOf(pushSeries({ a: '1' }));
const node = (one: Exporter): Node => ({ kind: 'exporter', id: 'x', exporter: one });

async function consume(nodes: readonly Node[], accepted: () => void = () => {}): Promise<unknown> {
  const accept = new Accept();
  void accept.swap(nodes);
  try {
    await accept.consume(batch, { ...call, accepted });
    return 'ok';
  } catch (why) {
    return why;
  }
}

const refused = new Refused('queue_full', 'full', 1000);
const invalid = new Invalid('labels', 'bad labels');
const failed = new Failed({ endpoint: 'e', status: 400, code: 3, message: 'no' });
const bug = new TypeError('bug');

interface Row {
  readonly what: string;
  readonly first: { prepare?: Verdict; commit?: Verdict };
  readonly second: { prepare?: Verdict; commit?: Verdict };
  readonly hears: unknown;
  readonly seen: readonly [readonly string[], readonly string[]];
}

// The table of who refuses, what is stored and what the sender hears, with two exporters.
const table: readonly Row[] = [
  { what: 'all store', first: {}, second: {}, hears: 'ok', seen: [['stored'], ['stored']] },
  { what: 'one would refuse', first: {}, second: { prepare: refused }, hears: refused, seen: [[], []] },
  {
    what: 'one would refuse and the other cannot render',
    first: { prepare: invalid },
    second: { prepare: refused },
    hears: refused,
    seen: [[], []],
  },
  { what: 'none can render', first: { prepare: invalid }, second: { prepare: invalid }, hears: invalid, seen: [[], []] },
  { what: 'one cannot render', first: {}, second: { prepare: invalid }, hears: invalid, seen: [['stored'], ['invalid']] },
  { what: 'all refuse late', first: { commit: refused }, second: { commit: refused }, hears: refused, seen: [[], []] },
  { what: 'one refuses late', first: {}, second: { commit: refused }, hears: refused, seen: [['stored'], ['not_stored']] },
  { what: 'one endpoint failed', first: {}, second: { commit: failed }, hears: failed, seen: [['stored'], []] },
  {
    what: 'a failure and a late refusal',
    first: { commit: failed },
    second: { commit: refused },
    hears: refused,
    seen: [[], ['not_stored']],
  },
  {
    what: 'a failure, and one that cannot render',
    first: { commit: failed },
    second: { prepare: invalid },
    hears: failed,
    seen: [[], ['invalid']],
  },
  { what: 'a bug and a refusal', first: { commit: refused }, second: { commit: bug }, hears: bug, seen: [['not_stored'], []] },
  { what: 'a bug while rendering', first: {}, second: { prepare: bug }, hears: bug, seen: [[], []] },
];

for (const { what, first, second, hears, seen } of table) {
  test(`${what}: the sender hears ${hears === 'ok' ? '200' : (hears as Error).name}`, async () => {
    const exporters = [exporter(first), exporter(second)] as const;
    let accepted = 0;
    const count = (): void => {
      accepted += 1;
    };
    assert.equal(await consume(exporters.map(node), count), hears);
    const inSomeBook = hears === 'ok' || hears === failed || seen.flat().length > 0;
    assert.equal(accepted, inSomeBook ? 1 : 0, "the receiver counts as refused what is in nobody else's books");
    assert.deepEqual(
      exporters.map((one) => one.seen),
      seen,
    );
  });
}

test('a stage that refuses stores nothing anywhere', async () => {
  const one = exporter({});
  const stage: Node = {
    kind: 'stage',
    pipeline: 'p',
    id: 'limit',
    processor: {
      process() {
        throw refused;
      },
    },
    drop() {},
    next: [node(one)],
  };
  assert.equal(await consume([node(one), stage]), refused);
  assert.deepEqual(one.seen, []);
});

test('nothing left, or nowhere to go, is a 200 and stores nothing', async () => {
  const one = exporter({});
  const dropped: string[] = [];
  const filter: Node = {
    kind: 'stage',
    pipeline: 'p',
    id: 'filter',
    processor: {
      process(given, drop) {
        for (const series of given.series) drop(series, 'filtered');
        return { ...given, series: [] };
      },
    },
    drop: (_, reason) => void dropped.push(reason),
    next: [node(one)],
  };
  assert.equal(await consume([filter]), 'ok');
  assert.deepEqual(dropped, ['filtered']);
  assert.equal(await consume([]), 'ok');
  assert.deepEqual(one.seen, []);
});

test('what a stage drops and a router sends counts when the batch is accepted, and not when it is refused as a whole', async () => {
  const counted: string[] = [];
  const graph = (verdict: Parameters<typeof exporter>[0]): readonly Node[] => {
    const route: Node = {
      kind: 'route',
      pipeline: 'p',
      id: 'route',
      router: { route: (given) => new Map([['x', given]]) },
      drop() {},
      routed: (output, given) => void counted.push(`${given.series.length} to ${output}`),
      next: new Map([['x', [node(exporter(verdict))]]]),
    };
    const filter: Node = {
      kind: 'stage',
      pipeline: 'p',
      id: 'filter',
      processor: {
        process(given, drop) {
          for (const series of given.series.slice(1)) drop(series, 'filtered');
          return { ...given, series: given.series.slice(0, 1) };
        },
      },
      drop: (_, reason) => void counted.push(reason),
      next: [route],
    };
    return [filter];
  };
  const run = async (verdict: Parameters<typeof exporter>[0]): Promise<readonly string[]> => {
    counted.length = 0;
    const accept = new Accept();
    void accept.swap(graph(verdict));
    try {
      await accept.consume(batchOf(pushSeries({ a: '1' }), pushSeries({ a: '2' })), call);
    } catch {
      // What the sender hears is tested above.
    }
    return [...counted];
  };
  assert.deepEqual(await run({}), ['filtered', '1 to x']);
  assert.deepEqual(await run({ commit: failed }), ['filtered', '1 to x'], 'it is in the books of the exporter');
  assert.deepEqual(await run({ prepare: refused }), []);
  assert.deepEqual(await run({ commit: refused }), []);
  assert.deepEqual(await run({ prepare: invalid }), []);
});

test('a receiver that is named twice is called twice', async () => {
  const one = exporter({});
  assert.equal(await consume([node(one), node(one)]), 'ok');
  assert.deepEqual(one.seen, ['stored', 'stored']);
});

test('all exporters store in one turn of the event loop', async () => {
  const order: string[] = [];
  const slow = (name: string): Exporter => ({
    ...exporter({}),
    prepare: () => ({
      async commit() {
        order.push(name);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} done`);
      },
    }),
  });
  await consume([node(slow('a')), node(slow('b'))]);
  assert.deepEqual(order, ['a', 'b', 'a done', 'b done']);
});

test('a batch under way finishes in the graph it entered, and swap() waits for it', async () => {
  const { promise: stored, resolve: store } = Promise.withResolvers<void>();
  const old: Exporter = { ...exporter({}), prepare: () => ({ commit: () => stored }) };
  const fresh = exporter({});
  const accept = new Accept();
  await accept.swap([node(old)]);
  const first = accept.consume(batch, call);
  let left = false;
  const leaving = accept.swap([node(fresh)]).then(() => {
    left = true;
  });
  await accept.consume(batch, call);
  assert.deepEqual(fresh.seen, ['stored']);
  assert.equal(left, false);
  store();
  await Promise.all([first, leaving]);
  assert.equal(left, true);
});
