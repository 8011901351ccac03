import { createServer } from 'node:http';
import { PerformanceObserver } from 'node:perf_hooks';
import { LabelCache } from '../src/wire/label-cache.ts';
import { encodePush, parsePush } from '../src/wire/push.ts';

/*
 * The least that receiving a push can be: node:http, the body joined, parsed, rendered as an outgoing body, answered. No limits, deadlines,
 * accounts or pipelines. GET /gc says how many mark-compacts there were.
 */
const cache = new LabelCache(16 * 1024 * 1024);
const rules = { duplicates: 'refuse', emptyValues: 'keep', maxSeries: 10_000 } as const;
let majors = 0;
let encodedBytes = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (isMajor(Reflect.get(entry, 'detail'))) majors += 1;
}).observe({ entryTypes: ['gc'] });

const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end(`${majors} ${encodedBytes}`);
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    encodedBytes += encodePush(parsePush(pieces, cache, rules)).length;
    response.writeHead(200, { 'content-type': 'application/proto', 'content-length': 0 }).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`listening on ${address.port}\n`);
});

/** perf_hooks' constant NODE_PERFORMANCE_GC_MAJOR. */
function isMajor(detail: unknown): boolean {
  return typeof detail === 'object' && detail !== null && 'kind' in detail && detail.kind === 4;
}
