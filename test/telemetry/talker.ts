import { systemClock } from '../../src/core/clock.ts';
import { openLogOutput } from '../../src/telemetry/log-output.ts';

/**
 * A process that logs: `talker.ts stdout|stderr LINES BYTES [too]`, with `too` also by node's own stream. Tells its parent over IPC how it
 * went, so that no pipe is needed for that.
 */
const [, , name, lines, bytes, too] = process.argv;
const output = openLogOutput(name === 'stdout' ? 'stdout' : 'stderr');
const line = `${'x'.repeat(Number(bytes) - 1)}\n`;
let dropped = 0;
let worstMs = 0;
for (let n = 0; n < Number(lines); n++) {
  const startMs = performance.now();
  if (!output.write(line)) dropped += 1;
  if (too !== undefined) process[name === 'stdout' ? 'stdout' : 'stderr'].write(line);
  worstMs = Math.max(worstMs, performance.now() - startMs);
  await new Promise((resolve) => setImmediate(resolve));
}
const deadline = new AbortController();
systemClock.sleep(1_000).then(() => deadline.abort());
const keepAlive = setInterval(() => {}, 100);
await output.close(deadline.signal);
clearInterval(keepAlive);
process.send?.({ dropped, worstMs, after: output.write(line) });
process.disconnect();
