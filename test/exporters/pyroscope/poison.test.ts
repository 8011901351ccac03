import assert from 'node:assert/strict';
import test from 'node:test';
import { describePush } from '../../../src/wire/push.ts';
import { ingestSeries, pushSeries } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { eventually, pump, quick, rig, server, serviceOf } from './rig.ts';

test('one poisonous profile among good ones ends as poison after ten tries, and the good ones are delivered', async () => {
  const up = await server((arrival) => (serviceOf(arrival) === 'bad' ? { code: 'unknown', status: 500, message: 'no pprof' } : {}));
  const { push, account, host } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] });
  await push(pushSeries({ service_name: 'bad' }));
  let good = 0;
  await eventually(() => {
    void push(pushSeries({ service_name: 'good' }));
    good += 1;
    return account('up').deadLettered.poison === 1;
  });
  const tries = up.arrivals.filter((arrival) => serviceOf(arrival) === 'bad').length;
  assert.ok(tries >= 10 && tries <= 12, `${tries} tries`);
  await eventually(() => account('up').delivered === good);
  assert.equal(host.metric('flamegate_endpoint_breaker_open', { exporter: 'pyroscope/test', endpoint: 'up' }), 0);
});

test('after three poisonous profiles of one service in the same words its next gets two tries', async () => {
  const bad = new Map<string, number>();
  const up = await server((arrival) => {
    if (serviceOf(arrival) !== 'bad') return {};
    const [description] = describePush(arrival.body);
    const id = description?.labels.get('id') ?? '';
    bad.set(id, (bad.get(id) ?? 0) + 1);
    return { code: 'unknown', status: 500, message: `profile ${id}1f: no pprof` };
  });
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] });
  for (const id of ['1', '2', '3', '4', '5']) {
    await push(pushSeries({ service_name: 'bad', id }));
    await eventually(() => {
      void push(pushSeries({ service_name: 'good' }));
      return account('up').deadLettered.poison === Number(id);
    });
  }
  assert.ok((bad.get('3') ?? 0) >= 10);
  for (const id of ['4', '5']) assert.ok((bad.get(id) ?? 0) <= 4, `${bad.get(id)} tries of ${id}`);
});

test('profiles that cannot be parsed are buried after two tries and do not make the endpoint look dead', async () => {
  const answer = { code: 'unknown', status: 422, message: 'parsing IngestInput-pprof failed unexpected EOF' };
  const up = await server(() => answer);
  const { push, account, host } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] });
  for (let n = 0; n < 5; n++) await push(ingestSeries({ __name__: 'app' }));
  await eventually(() => account('up').deadLettered.rejected === 5);
  assert.equal(up.arrivals.length, 10);
  assert.equal(host.metric('flamegate_endpoint_breaker_open', { exporter: 'pyroscope/test', endpoint: 'up' }), 0);
  up.script([{}]);
  await push(ingestSeries({ __name__: 'app' }));
  await eventually(() => account('up').delivered === 1);
});

test('a tenant that may not write waits alone', async () => {
  const up = await server(({ headers }) => (headers['x-scope-orgid'] === 'bad' ? { status: 401 } : {}));
  const { push, account, host } = await rig({ endpoints: [{ url: up.url, name: 'up' }] });
  for (let n = 0; n < 20; n++) await push(pushSeries({ service_name: 'a' }, 1, 'bad'), pushSeries({ service_name: 'b' }, 1, 'good'));
  await eventually(() => account('up').delivered === 20);
  const refused = up.arrivals.filter(({ headers }) => headers['x-scope-orgid'] === 'bad').length;
  assert.ok(refused >= 1 && refused <= 8, `${refused} attempts before the tenant was held`);
  assert.deepEqual(host.healths.get('up')?.kind, 'degraded');
  const errors = host.lines.filter(({ level }) => level === 'error');
  assert.equal(errors.length, 1);
  assert.equal(errors[0]?.facts['tenant'], 'bad');
});

test('a profile that is limited for ever does not keep the others of its tenant back', async () => {
  const up = await server((arrival) => (serviceOf(arrival) === 'huge' ? { code: 'resource_exhausted', status: 429 } : {}));
  const clock = new FakeClock();
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up' }] }, { clock });
  await push(pushSeries({ service_name: 'huge' }));
  let good = 0;
  await pump(clock, 3000, () => {
    void push(pushSeries({ service_name: 'small' }));
    good += 1;
    return account('up').deadLettered.poison === 1;
  });
  await pump(clock, 3000, () => account('up').delivered === good);
});
