import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';

const main = new URL('../../src/main.ts', import.meta.url).pathname;

interface Demo {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when what it has printed matches. */
  prints(pattern: RegExp): Promise<void>;
}

function startDemo(t: TestContext, ...args: string[]): Demo {
  const child = spawn(process.execPath, [main, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of looks) look();
    });
  }
  const prints = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(output)) resolve();
      };
      looks.add(look);
      look();
      child.once('close', (code) => reject(new Error(`it ended with ${code} and had printed: ${output}`)));
    });
  return { child, output: () => output, prints };
}

test('shows real profiles, with labels before and after, and ends well when it is told to', { timeout: 60_000 }, async (t) => {
  const demo = startDemo(t);
  await demo.prints(/top by self[\s\S]*top by self/); // one of time, one of memory
  const output = demo.output();
  const file = /configuration {2}(\S+)/.exec(output)?.[1] ?? '';
  assert.ok(existsSync(file), file);
  assert.match(output, /receiver {7}http:\/\/127\.0\.0\.1:\d+ /);
  const metrics = /metrics {8}(\S+)/.exec(output)?.[1] ?? '';
  assert.match(await (await fetch(metrics)).text(), /^flamegate_endpoint_delivered_profiles_total\{.*\} [1-9]/m);
  assert.match(output, /^demo-shop .*wall \d.*: \d+ samples, [\d.]+ KiB$/m);
  assert.match(output, /^ {2}labels sent .*pod="demo-shop-\d+"/m);
  assert.match(output, /^ {2}labels arrived .*env="demo"/m);
  assert.doesNotMatch(output, /^ {2}labels arrived .*pod=/m);
  assert.match(output, /\d% .* ms {2}\S+/);
  demo.child.kill('SIGINT');
  const [code] = await once(demo.child, 'close');
  assert.equal(code, 0);
  assert.match(demo.output(), /\d+ profiles have arrived\n$/);
  assert.equal(existsSync(file), false);
});

test('no profile, no success', { timeout: 30_000 }, async (t) => {
  const demo = startDemo(t, '--duration', '1ms');
  const [code] = await once(demo.child, 'close');
  assert.equal(code, 69);
  assert.match(demo.output(), /no profile has arrived/);
});

test('a port that is taken is no failure', { timeout: 30_000 }, async (t) => {
  const holder = createServer().listen(4040, '127.0.0.1');
  t.after(() => holder.close());
  await Promise.race([once(holder, 'listening'), once(holder, 'error')]); // somebody else may hold it as well
  const demo = startDemo(t, '--duration', '1ms');
  await once(demo.child, 'close');
  assert.match(demo.output(), /port 4040 is taken: the receiver takes (?!4040)\d+\n/);
});

test('a duration that is none is a usage error', async (t) => {
  const demo = startDemo(t, '--duration', 'soon');
  const [code] = await once(demo.child, 'close');
  assert.equal(code, 64);
  assert.match(demo.output(), /expected a duration such as 30s/);
});
