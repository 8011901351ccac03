import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Failed } from '../../../src/core/errors.ts';
import { type Part, type PartOutcome, sendParts } from '../../../src/exporters/pyroscope/request/split.ts';
import { describePush } from '../../../src/wire/push.ts';
import { pushSeries } from '../../support/batches.ts';
import type { Arrival } from '../../support/pyroscope-server.ts';
import { eventually, quick, rig, server } from './rig.ts';

function servicesOf({ body }: Arrival): string[] {
  return describePush(body).map(({ labels }) => labels.get('service_name') ?? '');
}

const three = [pushSeries({ service_name: 'a' }), pushSeries({ service_name: 'bad' }, 2), pushSeries({ service_name: 'c' })];
const refuseBad = (arrival: Arrival) =>
  servicesOf(arrival).includes('bad') ? { code: 'invalid_argument', status: 400, message: 'bad' } : {};

test('a refused push is sent series by series: the good ones are delivered, the bad one is buried', async () => {
  const up = await server(refuseBad);
  const { push, account, host } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] });
  await push(...three);
  await eventually(() => account('up').delivered === 2 && account('up').deadLettered.rejected === 2);
  assert.deepEqual(up.arrivals.map(servicesOf), [['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  assert.equal(host.metric('flamegate_endpoint_queued_profiles', { exporter: 'pyroscope/test', endpoint: 'up' }), 0);
  assert.equal(host.metric('pyroscope_write_sent_bytes_total', { endpoint: up.url }), 10);
  assert.equal(host.metric('pyroscope_write_dropped_bytes_total', { endpoint: up.url }), 10);
});

test('what has to wait goes back as one push, and what was taken is not sent again', async () => {
  let down = true;
  const up = await server((arrival) => {
    const services = servicesOf(arrival);
    if (services.length === 3) return { code: 'invalid_argument', status: 400 };
    if (services.includes('a')) return {};
    return down ? { status: 503 } : refuseBad(arrival);
  });
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] });
  await push(...three);
  await eventually(() => up.arrivals.length >= 4);
  assert.deepEqual(up.arrivals.slice(0, 4).map(servicesOf), [['a', 'bad', 'c'], ['a'], ['bad'], ['bad', 'c']]);
  down = false;
  await eventually(() => account('up').delivered === 2 && account('up').deadLettered.rejected === 2);
  assert.equal(up.arrivals.filter((arrival) => servicesOf(arrival).includes('a')).length, 2);
});

test('a split keeps its place: not more is under way with many of them than the concurrency of the endpoint says', async () => {
  const underWay: (() => void)[] = [];
  let most = 0;
  const up = await server((arrival) => {
    if (servicesOf(arrival).length > 1) return { code: 'invalid_argument', status: 400 };
    const { promise: after, resolve } = Promise.withResolvers<void>();
    most = Math.max(most, underWay.push(resolve));
    return { after };
  });
  const { push, account, host } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] });
  const concurrency = host.metric('flamegate_endpoint_concurrency', { exporter: 'pyroscope/test', endpoint: 'up' }) ?? 0;
  const pushes = Array.from({ length: 3 * concurrency }, () => push(pushSeries({ service_name: 'a' }), pushSeries({ service_name: 'b' })));
  await Promise.all(pushes);
  // Slower than pushes are refused as a whole, so that splits pile up where nothing holds them.
  await eventually(() => {
    underWay.shift()?.();
    return account('up').delivered === 2 * pushes.length;
  });
  assert.ok(most <= concurrency, `${most} at once, the concurrency is ${concurrency}`);
});

test('a poisonous series is found among its good neighbours of one push', async () => {
  const up = await server((arrival) => (servicesOf(arrival).includes('bad') ? { code: 'unknown', status: 500, message: 'no pprof' } : {}));
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] });
  await push(...three);
  let good = 0;
  await eventually(() => {
    void push(pushSeries({ service_name: 'good' }));
    good += 1;
    return account('up').deadLettered.poison === 2;
  });
  await eventually(() => account('up').delivered === good + 2);
});

test('with ack delivered the good series are delivered and the sender is told of the bad one', async () => {
  const up = await server(refuseBad);
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }], ack: 'delivered' });
  await assert.rejects(push(...three), (why) => why instanceof Failed && why.status === 400);
  assert.deepEqual([account('up').delivered, account('up').dropped.gave_up], [2, 2]);
});

test('with ack delivered a part that failed is told also when the rest is taken later', async () => {
  let busy = true;
  const up = await server((arrival) => {
    if (!servicesOf(arrival).includes('c') || servicesOf(arrival).length > 1) return refuseBad(arrival);
    const answer = busy ? { status: 503 } : {};
    busy = false;
    return answer;
  });
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }], ack: 'delivered' });
  await assert.rejects(push(...three), (why) => why instanceof Failed && why.status === 400);
  assert.equal(account('up').delivered, 2);
});

test('whatever becomes of the parts, each is taken, ended, condemned or left exactly once', async () => {
  const kinds = fc.array(fc.constantFrom('taken', 'ended', 'wait', 'unclear', 'stubborn'), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(kinds, async (plan) => {
      // as: only the identity of a part matters here
      const parts = plan.map((_kind, at) => ({ at }) as unknown as Part);
      const sent: Part[] = [];
      const condemned: Part[] = [];
      const left = await sendParts(parts, async (part): Promise<PartOutcome> => {
        sent.push(part);
        const kind = plan[parts.indexOf(part)] ?? 'taken';
        if (kind === 'taken' || kind === 'ended' || kind === 'wait') return { kind, afterMs: 0 };
        return {
          kind: 'unclear',
          condemn: async () => {
            if (kind === 'unclear') condemned.push(part);
            return kind === 'unclear';
          },
        };
      });
      const taken = sent.some((part) => plan[parts.indexOf(part)] === 'taken');
      // Those that were sent and came to nothing come last.
      const place = (part: Part): number => parts.indexOf(part) + (sent.includes(part) && plan[parts.indexOf(part)] !== 'wait' ? 1000 : 0);
      assert.deepEqual(
        [...left].sort((a, b) => place(a) - place(b)),
        left,
      );
      assert.deepEqual(sent, parts.slice(0, sent.length));
      for (const [at, part] of parts.entries()) {
        const kind = plan[at];
        const ended = sent.includes(part) && (kind === 'taken' || kind === 'ended');
        assert.equal(Number(ended) + Number(condemned.includes(part)) + Number(left.includes(part)), 1, `${kind} at ${at} of ${plan}`);
      }
      if (!taken) assert.equal(condemned.length, 0);
    }),
  );
});
