import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Label, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { startCapture } from '../support/capture.ts';
import { balanced, numberIn, push, queues, startField } from './field.ts';

// celestiaorg/celestia-app#7140: a sample label with a dash makes the backend refuse whole CPU profiles.
const words =
  'invalid labels \'{__name__="process_cpu", peer-id="12D3", service_name="field"}\' with error: invalid label name \'peer-id\'';

function profileWithLabel(name: string): Uint8Array {
  const stringTable = new StringTable();
  const at = (text: string): number => stringTable.dedup(text);
  const sampleType = [new ValueType({ type: at('cpu'), unit: at('nanoseconds') })];
  const sample = [new Sample({ locationId: [], value: [1], label: [new Label({ key: at(name), str: at('12D3') })] })];
  return new Profile({ sampleType, sample, stringTable }).encode();
}

for (const queue of queues) {
  test(`${queue['type']} queue: a profile that is refused for a label inside it is put aside with service, type and label named`, async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    upstream.answer(({ body }) =>
      body.includes('peer-id')
        ? {
            status: 400,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ code: 'invalid_argument', message: words }),
          }
        : { status: 200, headers: { 'content-type': 'application/proto' } },
    );
    const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue });
    assert.equal(await push(gateway, 1, profileWithLabel('peer-id')), 200);
    assert.equal(await push(gateway, 2, profileWithLabel('peer_id')), 200);
    await balanced(gateway, 'up0', { accepted: 2, delivered: 1, queued: 0, dead: 1 });
    const metrics = await gateway.metrics();
    assert.equal(metrics.sum('flamegate_endpoint_dead_lettered_profiles_total', { endpoint: 'up0', reason: 'rejected' }), 1);
    assert.equal(upstream.arrivals.filter((arrival) => numberIn(arrival) === 1).length, 1, 'never tried again');
    const line = await gateway.line(({ message }) => message === 'profiles went to the dead letters');
    assert.match(String(line['labels']), /service_name="field"/);
    assert.match(String(line['labels']), /process_cpu/);
    assert.match(String(line['answer']), /invalid label name 'peer-id'/);
  });
}
