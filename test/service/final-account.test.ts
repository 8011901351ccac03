import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from '../../src/core/account.ts';
import { finalAccount, formatFinalAccount, lostAtShutdown } from '../../src/service/final-account.ts';

function book(endpoint: string, change: (account: ReturnType<typeof emptyAccount>) => void) {
  const account = emptyAccount();
  change(account);
  return { exporter: 'pyroscope', endpoint, account };
}

test('kept is what the books still owe, lost what was acknowledged and is gone', () => {
  const books = [
    book('a', (account) => {
      account.accepted = 10;
      account.recovered = 5;
      account.delivered = 9;
      account.dropped.overflow = 1;
      account.dropped.gave_up = 1;
      account.deadLettered.expired = 1;
    }),
    book('b', (account) => {
      account.accepted = 4;
      account.delivered = 1;
      account.dropped.shutdown = 3;
    }),
  ];
  const account = finalAccount(books);
  assert.deepEqual(account, {
    delivered: 10,
    kept: 3,
    lost: 4,
    endpoints: [
      { exporter: 'pyroscope', endpoint: 'a', delivered: 9, kept: 3, lost: 1 },
      { exporter: 'pyroscope', endpoint: 'b', delivered: 1, kept: 0, lost: 3 },
    ],
  });
  assert.equal(lostAtShutdown(books), 3);
  assert.match(formatFinalAccount(account), /^10 profiles delivered, 3 kept, 4 lost \(pyroscope a: 9 delivered, 3 kept, 1 lost; /);
  assert.equal(formatFinalAccount(finalAccount([])), '0 profiles delivered, 0 kept, 0 lost');
});
