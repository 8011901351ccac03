import assert from 'node:assert/strict';
import test from 'node:test';
import type { Fault, Judgement } from '../../../src/exporters/pyroscope/answer.ts';
import { type Circumstances, decide, type Policy } from '../../../src/exporters/pyroscope/decide.ts';

const queued: Policy = { somebodyWaits: false, maxAttempts: 0 };
const delivered: Policy = { somebodyWaits: true, maxAttempts: 3 };
const never = Number.POSITIVE_INFINITY;

interface Given {
  readonly fault: Fault;
  readonly tries?: number;
  readonly final?: boolean;
}

function circumstances({ fault, tries = never, final = false }: Given, more: Partial<Circumstances> = {}): Circumstances {
  const judgement: Judgement = { fault, tries, final };
  return { judgement, attempt: 1, suspect: 1, series: 1, backoffMs: 100, tenantBackoffMs: 70, retryAfterMs: undefined, ...more };
}

test('a record that was taken is delivered, whoever waits', () => {
  for (const policy of [queued, delivered]) assert.deepEqual(decide(policy, circumstances({ fault: 'none' })), { kind: 'delivered' });
});

test('a record that is refused is buried at once, or split when it has several series', () => {
  const refused = { fault: 'record', tries: 1, final: true } as const;
  assert.deepEqual(decide(queued, circumstances(refused)), { kind: 'bury', reason: 'rejected' });
  assert.deepEqual(decide(queued, circumstances(refused, { series: 2 })), { kind: 'split' });
});

test('a record that could not be parsed gets a second try', () => {
  const unparsed = { fault: 'record', tries: 2, final: true } as const;
  assert.equal(decide(queued, circumstances(unparsed)).kind, 'retry');
  assert.deepEqual(decide(queued, circumstances(unparsed, { attempt: 2 })), { kind: 'bury', reason: 'rejected' });
});

test('what is the fault of the tenant holds the tenant, and the record keeps its place', () => {
  assert.deepEqual(decide(queued, circumstances({ fault: 'tenant', final: true })), { kind: 'hold', afterMs: 0, othersAfterMs: 70 });
});

test('a limited record lets the others of its tenant go first', () => {
  const limited = { fault: 'limit', tries: 10 } as const;
  assert.deepEqual(decide(queued, circumstances(limited)), { kind: 'hold', afterMs: 170, othersAfterMs: 70 });
  assert.deepEqual(decide(queued, circumstances(limited, { retryAfterMs: 5000 })), { kind: 'hold', afterMs: 5100, othersAfterMs: 5000 });
});

test('what is the fault of the endpoint rests the endpoint', () => {
  assert.deepEqual(decide(queued, circumstances({ fault: 'endpoint', final: true })), { kind: 'rest', afterMs: 100, othersAfterMs: 0 });
});

test('what may work later waits for its backoff, and the endpoint rests as long as it asks to', () => {
  assert.deepEqual(decide(queued, circumstances({ fault: 'later' }, { attempt: 1000 })), { kind: 'retry', afterMs: 100, othersAfterMs: 0 });
  const asked = circumstances({ fault: 'later' }, { retryAfterMs: 9000 });
  assert.deepEqual(decide(queued, asked), { kind: 'rest', afterMs: 9000, othersAfterMs: 9000 });
});

test('an ambiguous record is kept for as long as nothing is held against it, and poison after ten failures that nobody shares', () => {
  const ambiguous = { fault: 'ambiguous', tries: 10 } as const;
  assert.equal(decide(queued, circumstances(ambiguous, { attempt: 1000, suspect: 9 })).kind, 'retry');
  assert.deepEqual(decide(queued, circumstances(ambiguous, { attempt: 10, suspect: 10 })), { kind: 'bury', reason: 'poison' });
  assert.deepEqual(decide(queued, circumstances(ambiguous, { attempt: 10, suspect: 10, series: 3 })), { kind: 'split' });
});

test('max_backoff_retries ends a queued record of any fault as exhausted, and 0 does not', () => {
  const three = { ...queued, maxAttempts: 3 };
  for (const fault of ['tenant', 'limit', 'endpoint', 'later', 'ambiguous'] as const) {
    assert.notEqual(decide(three, circumstances({ fault }, { attempt: 2 })).kind, 'bury', fault);
    assert.deepEqual(decide(three, circumstances({ fault }, { attempt: 3 })), { kind: 'bury', reason: 'exhausted' }, fault);
    assert.notEqual(decide(queued, circumstances({ fault }, { attempt: 1e6 })).kind, 'bury', fault);
  }
});

test('a sender that waits is told at once what no attempt will change', () => {
  for (const fault of ['record', 'tenant', 'endpoint', 'ambiguous', 'later'] as const) {
    assert.deepEqual(decide(delivered, circumstances({ fault, tries: 1, final: true })), { kind: 'give_up' }, fault);
  }
});

test('a sender that waits is told after max_backoff_retries attempts, which a negative number makes one', () => {
  for (const fault of ['later', 'ambiguous', 'limit'] as const) {
    assert.equal(decide(delivered, circumstances({ fault }, { attempt: 2 })).kind, 'retry', fault);
    assert.equal(decide(delivered, circumstances({ fault }, { attempt: 3 })).kind, 'give_up', fault);
    assert.equal(decide({ ...delivered, maxAttempts: -1 }, circumstances({ fault })).kind, 'give_up', fault);
    assert.equal(decide({ ...delivered, maxAttempts: 0 }, circumstances({ fault }, { attempt: 1000 })).kind, 'retry', fault);
  }
});

test('pushes whose senders wait stand alone: no answer to one pauses, condemns or ends another', () => {
  for (const fault of ['later', 'ambiguous', 'limit'] as const) {
    const asked = circumstances({ fault, tries: 10 }, { retryAfterMs: 2000, suspect: 99 });
    assert.deepEqual(decide(delivered, asked), { kind: 'retry', afterMs: 2000, othersAfterMs: 0 }, fault);
  }
});

test('a refused push of several series is split also when its sender waits', () => {
  assert.deepEqual(decide(delivered, circumstances({ fault: 'record', tries: 1, final: true }, { series: 2 })), { kind: 'split' });
});

test('an attempt that was cut ends a delivery whose sender waits, and no other', () => {
  assert.deepEqual(decide(delivered, circumstances({ fault: 'aborted' })), { kind: 'give_up' });
  assert.deepEqual(decide(queued, circumstances({ fault: 'aborted' })), { kind: 'retry', afterMs: 0, othersAfterMs: 0 });
});
