import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lanes } from '../../../src/net/server/lanes.ts';

function takeAll(lanes: Lanes<string>): string[] {
  const taken: string[] = [];
  for (let item = lanes.next(); item !== undefined; item = lanes.next()) taken.push(item);
  return taken;
}

test('takes users in turn, and the addresses of a user in turn', () => {
  const lanes = new Lanes<string>({ perLane: 10, perUser: 100 });
  for (const item of ['a1', 'a2', 'a3', 'a4']) lanes.add({ user: 'a', address: '1' }, item);
  lanes.add({ user: 'a', address: '2' }, 'a-other');
  for (const item of ['b1', 'b2']) lanes.add({ user: 'b', address: '1' }, item);
  assert.deepEqual(takeAll(lanes), ['a1', 'b1', 'a-other', 'b2', 'a2', 'a3', 'a4']);
  assert.equal(lanes.next(), undefined);
});

test('has room for so many of an address, and of a user', () => {
  const lanes = new Lanes<string>({ perLane: 2, perUser: 3 });
  const add = (address: string): boolean => lanes.add({ user: 'a', address }, 'x');
  assert.deepEqual([add('1'), add('1'), add('1')], [true, true, false]);
  assert.deepEqual([add('2'), add('3')], [true, false]);
  lanes.next();
  assert.deepEqual([add('3'), add('4')], [true, false]);
});
