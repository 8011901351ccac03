import type { TestContext } from 'node:test';
import { receiving } from '../receivers/pyroscope/receiving.ts';
import { fraction, fuzzConnection, fuzzReaders, mutator } from './fuzz.ts';

/* npm run fuzz [-- SECONDS [SEED]]: readers and a receiver under mutated requests. Ends at the first failure, with the seed and the bytes. */
const seconds = Number(process.argv[2] ?? 120);
const seed = Number(process.argv[3] ?? process.pid);
process.stdout.write(`seed ${seed}, ${seconds} s\n`);
const random = fraction(seed);
const mutate = mutator(random);
const ends: (() => unknown)[] = [];
// as: of a test's context receiving() uses after() alone
const context = { after: (end: () => unknown) => ends.push(end) } as unknown as TestContext;
const { port, host } = await receiving(context, { timeouts: { header: '1s', request: '1s', idle: '1s' } }, { consume: () => undefined });
const until = performance.now() + seconds * 1000;
let rounds = 0;
while (performance.now() < until) {
  await fuzzReaders(mutate);
  await Promise.all(Array.from({ length: 8 }, () => fuzzConnection(port, mutate, random())));
  const bug = host.lines.find(({ level }) => level === 'error');
  if (bug !== undefined) throw new Error(`round ${rounds}: ${bug.message} ${JSON.stringify(bug.facts)}`);
  rounds += 1;
}
for (const end of ends) await end();
process.stdout.write(`${rounds} rounds, nothing found\n`);
process.exit(0);
