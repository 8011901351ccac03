import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../../src/cli/demo/free-port.ts';
import { flood } from './flood.ts';

/*
 * npm run soak:flood [-- SENDERS MIB]: 1,000 posts of 4 MiB at once into a gateway with max_in_flight 256 MiB and no endpoint. Its memory stays
 * below that and 200 MiB, those it takes are answered 200, the others 503 with Retry-After, and all are taken in the end.
 */
const mebibyte = 1024 * 1024;
const [senders, bodyBytes] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 4) * mebibyte];
const budgetBytes = 256 * mebibyte;
const dir = mkdtempSync(join(tmpdir(), 'flamegate-flood-'));
const [port, admin] = [await freePort(24_340), await freePort(24_440)];
const config = {
  receivers: { pyroscope: { endpoint: `127.0.0.1:${port}`, limits: { max_in_flight: budgetBytes } } },
  exporters: { pyroscope: { endpoints: [] } },
  service: {
    pipelines: { profiles: { receivers: ['pyroscope'], exporters: ['pyroscope'] } },
    admin: { endpoint: `127.0.0.1:${admin}` },
  },
};
writeFileSync(join(dir, 'flood.yaml'), JSON.stringify(config));
const gateway = spawn(process.execPath, [join(import.meta.dirname, '../../src/main.ts'), 'run', join(dir, 'flood.yaml')]);
const ended = new Promise((resolve) => gateway.once('exit', resolve));
gateway.stderr.resume();
for await (const line of createInterface({ input: gateway.stdout })) if (line.includes('listening for profiles')) break;
gateway.stdout.resume();
const result = await flood(port, senders, bodyBytes);
const peakBytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) * 1024;
gateway.kill('SIGTERM');
await ended;
rmSync(dir, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify({ senders, ...result, peakMiB: Math.round(peakBytes / mebibyte) })}\n`);
const isFine = result.delivered === senders && peakBytes < budgetBytes + 200 * mebibyte;
process.exitCode = isFine ? 0 : 1;
