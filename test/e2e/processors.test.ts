import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.ts';

const config = `
receivers: { pyroscope: { endpoint: 127.0.0.1:0 } }
processors:
  filter: { exclude: ['{env="dev"}'] }
  rate_limit: { per: [service_name], profiles_per_second: 0.001, burst: 3000 }
  route: { routes: [{ match: '{env="prod"}', to: [file/prod] }, { match: '{env="both"}', to: [file/prod, file/rest] }, { match: '{env="test"}', to: [file/rest] }] }
exporters: { file/prod: { dir: prod }, file/rest: { dir: rest } }
service:
  pipelines: { main: { receivers: [pyroscope], processors: [filter, rate_limit, route], exporters: [file/prod, file/rest] } }
  admin: { endpoint: 127.0.0.1:0 }
`;

test('the account of a receiver balances with what is dropped, routed and refused, exporter by exporter', async (t) => {
  const gateway = await startGateway({ config });
  t.after(() => gateway.stop());
  const send = async (env: string, times: number): Promise<number[]> => {
    const statuses: number[] = [];
    for (let at = 0; at < times; at += 1) {
      const name = encodeURIComponent(`app{env=${env},service_name=${env}}`);
      const answer = await fetch(`http://${gateway.address()}/ingest?name=${name}&format=folded`, { method: 'POST', body: 'a;b 1\n' });
      if (answer.status === 429) assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
      statuses.push(answer.status);
    }
    return statuses;
  };
  assert.deepEqual(await send('prod', 4), [200, 200, 200, 429], 'the fourth is above the rate');
  assert.deepEqual(await send('both', 2), [200, 200]);
  assert.deepEqual(await send('test', 1), [200]);
  assert.deepEqual(await send('dev', 5), [200, 200, 200, 200, 200], 'dropped is taken');
  assert.deepEqual(await send('lab', 2), [200, 200], 'what no route matches is taken and dropped');

  const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
  const value = (name: string, labels: string): number => {
    const line = metrics.split('\n').find((one) => one.startsWith(`${name}{`) && labels.split(' ').every((label) => one.includes(label)));
    return Number(line?.split(' ').at(-1));
  };
  const dropped = (processor: string, reason: string): number =>
    value('flamegate_processor_dropped_profiles_total', `pipeline="main" processor="${processor}" reason="${reason}"`);
  const received = value('flamegate_receiver_received_profiles_total', 'receiver="pyroscope" protocol="ingest"');
  const refused = value('flamegate_receiver_refused_profiles_total', 'receiver="pyroscope" reason="rate"');
  const accepted = (exporter: string): number => value('flamegate_exporter_accepted_profiles_total', `exporter="${exporter}"`);
  const routed = (exporter: string): number => value('flamegate_pipeline_routed_profiles_total', `pipeline="main" exporter="${exporter}"`);
  assert.deepEqual([received, refused, dropped('filter', 'filtered'), dropped('route', 'unmatched')], [14, 1, 5, 2]);
  assert.equal(dropped('rate_limit', 'rate_limited'), 0, 'there from the start');
  assert.deepEqual([routed('file/prod'), routed('file/rest')], [5, 3]);
  assert.deepEqual([accepted('file/prod'), accepted('file/rest')], [5, 3]);
  // Two went both ways.
  const elsewhere = { 'file/prod': routed('file/rest') - 2, 'file/rest': routed('file/prod') - 2 };
  for (const exporter of ['file/prod', 'file/rest'] as const) {
    assert.equal(
      received,
      refused + dropped('filter', 'filtered') + dropped('route', 'unmatched') + accepted(exporter) + elsewhere[exporter],
    );
  }
});
