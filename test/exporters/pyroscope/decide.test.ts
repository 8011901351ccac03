import assert from 'node:assert/strict';
import test from 'node:test';
import type { VerdictKind } from '../../../src/exporters/pyroscope/attempt/verdict.ts';
import { decideQueued, decideWaiting, type QueuedCircumstances } from '../../../src/exporters/pyroscope/delivery/decide.ts';

const never = Number.POSITIVE_INFINITY;

interface Given {
  readonly kind: VerdictKind;
  readonly tries?: number;
  readonly final?: boolean;
}

function circumstances({ kind, tries = never, final = false }: Given, more: Partial<QueuedCircumstances> = {}): QueuedCircumstances {
  return {
    verdict: { kind, tries, final },
    attempt: 1,
    maxAttempts: 0,
    series: 1,
    poison: false,
    backoffMs: 100,
    tenantBackoffMs: 70,
    retryAfterMs: undefined,
    ...more,
  };
}

test('a record that is refused is a dead letter at once, or split when it has several series', () => {
  const refused = { kind: 'rejected', tries: 1, final: true } as const;
  assert.deepEqual(decideQueued(circumstances(refused)), { kind: 'dead_letter', reason: 'rejected' });
  assert.deepEqual(decideQueued(circumstances(refused, { series: 2 })), { kind: 'split' });
});

test('a record that could not be parsed gets a second try', () => {
  const unparsed = { kind: 'rejected', tries: 2, final: true } as const;
  assert.equal(decideQueued(circumstances(unparsed)).kind, 'again');
  assert.deepEqual(decideQueued(circumstances(unparsed, { attempt: 2 })), { kind: 'dead_letter', reason: 'rejected' });
});

test('what is the fault of the tenant holds the tenant, and the record keeps its place', () => {
  assert.deepEqual(decideQueued(circumstances({ kind: 'denied', final: true })), { kind: 'again', afterMs: 0, holdMs: 70 });
});

test('a limited record lets the others of its tenant go first', () => {
  const limited = { kind: 'limited', tries: 10 } as const;
  assert.deepEqual(decideQueued(circumstances(limited)), { kind: 'again', afterMs: 170, holdMs: 70 });
  assert.deepEqual(decideQueued(circumstances(limited, { retryAfterMs: 5000 })), { kind: 'again', afterMs: 5100, holdMs: 5000 });
});

test('what may work later waits for its backoff, and the endpoint rests as long as it asks to', () => {
  assert.deepEqual(decideQueued(circumstances({ kind: 'down' }, { attempt: 1000 })), { kind: 'again', afterMs: 100 });
  const asked = circumstances({ kind: 'down' }, { retryAfterMs: 9000 });
  assert.deepEqual(decideQueued(asked), { kind: 'again', afterMs: 9000, restMs: 9000 });
});

test('a record that may be poison is kept for as long as it is not found to be, however often it failed', () => {
  for (const kind of ['unclear', 'misdirected'] as const) {
    const unclear = { kind, tries: 10 };
    assert.deepEqual(decideQueued(circumstances(unclear, { attempt: 1000 })), { kind: 'again', afterMs: 100 });
    assert.deepEqual(decideQueued(circumstances(unclear, { poison: true })), { kind: 'dead_letter', reason: 'poison' });
    assert.deepEqual(decideQueued(circumstances(unclear, { poison: true, series: 3 })), { kind: 'split' });
  }
});

test('max_backoff_retries ends a queued record of any fault as exhausted, and 0 does not', () => {
  for (const kind of ['denied', 'limited', 'misdirected', 'down', 'unclear'] as const) {
    assert.equal(decideQueued(circumstances({ kind }, { maxAttempts: 3, attempt: 2 })).kind, 'again', kind);
    assert.deepEqual(
      decideQueued(circumstances({ kind }, { maxAttempts: 3, attempt: 3 })),
      { kind: 'dead_letter', reason: 'exhausted' },
      kind,
    );
    assert.equal(decideQueued(circumstances({ kind }, { attempt: 1e6 })).kind, 'again', kind);
  }
});

test('a sender that waits is told at once what no attempt will change', () => {
  for (const kind of ['rejected', 'denied', 'misdirected', 'unclear', 'down'] as const) {
    assert.deepEqual(decideWaiting(circumstances({ kind, tries: 1, final: true })), { kind: 'tell' }, kind);
  }
});

test('a sender that waits is told after max_backoff_retries attempts, which a negative number makes one', () => {
  for (const kind of ['down', 'unclear', 'limited'] as const) {
    assert.equal(decideWaiting(circumstances({ kind }, { maxAttempts: 3, attempt: 2 })).kind, 'again', kind);
    assert.equal(decideWaiting(circumstances({ kind }, { maxAttempts: 3, attempt: 3 })).kind, 'tell', kind);
    assert.equal(decideWaiting(circumstances({ kind }, { maxAttempts: -1 })).kind, 'tell', kind);
    assert.equal(decideWaiting(circumstances({ kind }, { attempt: 1000 })).kind, 'again', kind);
  }
});

test('a sender that waits does so as long as the answer asks to, else for its backoff', () => {
  assert.deepEqual(decideWaiting(circumstances({ kind: 'limited' }, { retryAfterMs: 2000 })), { kind: 'again', afterMs: 2000 });
  assert.deepEqual(decideWaiting(circumstances({ kind: 'down' })), { kind: 'again', afterMs: 100 });
});

test('a refused push of several series is split also when its sender waits', () => {
  assert.deepEqual(decideWaiting(circumstances({ kind: 'rejected', tries: 1, final: true }, { series: 2 })), { kind: 'split' });
});

test('an attempt that was cut ends a delivery whose sender waits, and no other', () => {
  assert.deepEqual(decideWaiting(circumstances({ kind: 'canceled' })), { kind: 'tell' });
  assert.deepEqual(decideQueued(circumstances({ kind: 'canceled' })), { kind: 'again', afterMs: 0 });
});
