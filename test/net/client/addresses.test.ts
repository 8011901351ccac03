import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address } from '../../../src/net/client/names.ts';
import { AddressBook } from '../../../src/net/client/names.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

const v4 = (last: number): Address => ({ address: `10.0.0.${last}`, family: 4 });
const v6 = (last: number): Address => ({ address: `fd00::${last}`, family: 6 });

function createBook(answers: (readonly Address[] | Error)[], refreshMs = 30_000) {
  const clock = new FakeClock();
  let asked = 0;
  const book = new AddressBook({
    clock,
    refreshMs,
    random: () => 0,
    async resolve() {
      const answer = answers[Math.min(asked++, answers.length - 1)] ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const next = async (): Promise<string> => (await book.candidates('h')).map(({ address }) => address).join(' ');
  return { clock, book, next, asked: () => asked };
}

test('addresses take turns', async () => {
  const { next } = createBook([[v4(1), v4(2), v4(3)]]);
  assert.equal(await next(), '10.0.0.1 10.0.0.2 10.0.0.3');
  assert.equal(await next(), '10.0.0.2 10.0.0.3 10.0.0.1');
  assert.equal(await next(), '10.0.0.3 10.0.0.1 10.0.0.2');
});

test('families alternate, the preferred one first', async () => {
  const { next } = createBook([[v6(1), v6(2), v4(1), v4(2), v4(3)]]);
  assert.equal(await next(), 'fd00::1 10.0.0.1 fd00::2 10.0.0.2 10.0.0.3');
});

test('an address that failed comes last for a while, until it works', async () => {
  const { next, book, clock } = createBook([[v4(1), v4(2)]], 600_000);
  book.failed(v4(1));
  assert.equal(await next(), '10.0.0.2 10.0.0.1');
  assert.equal(await next(), '10.0.0.2 10.0.0.1');
  await clock.advance(30_000);
  assert.equal(await next(), '10.0.0.1 10.0.0.2');
  book.failed(v4(2));
  book.worked(v4(2));
  assert.equal(await next(), '10.0.0.2 10.0.0.1');
});

test('known addresses serve while they are looked up again, and when that fails', async () => {
  const { next, clock, asked } = createBook([[v4(1)], new Error('SERVFAIL'), [v4(2)]]);
  assert.equal(await next(), '10.0.0.1');
  await clock.advance(29_000);
  assert.equal(await next(), '10.0.0.1');
  assert.equal(asked(), 1);
  await clock.advance(1000);
  assert.equal(await next(), '10.0.0.1');
  await settle();
  assert.equal(asked(), 2);
  assert.equal(await next(), '10.0.0.1');
  await settle();
  assert.equal(await next(), '10.0.0.2');
  assert.equal(asked(), 3);
});

test('a name that was never found fails each time, and is looked up each time', async () => {
  const { next, asked } = createBook([new Error('ENOTFOUND'), [v4(1)]]);
  await assert.rejects(next(), { message: 'ENOTFOUND' });
  assert.equal(await next(), '10.0.0.1');
  assert.equal(asked(), 2);
});

test('without a time to keep them addresses are looked up for each connection', async () => {
  const { next, asked } = createBook([[v4(1)], [v4(2)]], 0);
  assert.equal(await next(), '10.0.0.1');
  assert.equal(await next(), '10.0.0.2');
  assert.equal(asked(), 2);
});
