import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../../../src/core/labels.ts';
import type { IngestPayload, ProfileBatch } from '../../../src/core/profile.ts';
import type { Request } from '../../../src/net/server/exchange.ts';
import { Unserved } from '../../../src/net/server/unserved.ts';
import { Intake } from '../../../src/receivers/pyroscope/intake.ts';
import { createTestHost } from '../../support/host.ts';

const payload: IngestPayload = { kind: 'ingest', path: '/ingest', query: '', contentTypes: [], body: [Buffer.from('a 1')] };
const series = [{ labels: Labels.of({ service_name: 'a' }), payload }];

function requestWith(signal: AbortSignal): Request {
  const exchange = { headers: {}, peer: { address: '127.0.0.1', secure: false, certificate: undefined } };
  // as: all that is looked at
  return { exchange, tenant: '', signal, throwIfOver: () => signal.throwIfAborted() } as unknown as Request;
}

test('what is unpacked only when its sender has been told no is not stored', async () => {
  const consumed: ProfileBatch[] = [];
  const host = createTestHost({ id: 'pyroscope' });
  const consumer = {
    consume: (batch: ProfileBatch) => {
      consumed.push(batch);
      return Promise.resolve();
    },
  };
  const intake = new Intake(consumer, host, true);
  const over = new Unserved('deadline', 'too late');
  assert.throws(() => intake.accept(requestWith(AbortSignal.abort(over)), 'ingest', series, undefined), over);
  const received = (): number | undefined =>
    host.metric('flamegate_receiver_received_profiles_total', { receiver: 'pyroscope', protocol: 'ingest' });
  assert.deepEqual([consumed.length, received()], [0, 0]);
  await intake.accept(requestWith(new AbortController().signal), 'ingest', series, undefined);
  assert.deepEqual([consumed.length, received()], [1, 1]);
});
