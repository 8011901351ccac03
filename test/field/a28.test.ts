import { test } from 'node:test';
import { balanced, checkOnceEach, numbers, pushAll, queues, startField } from './field.ts';
import { startRawUpstream } from './raw-upstream.ts';

// mswjs/interceptors#599, Kitura#980: servers send a `100 Continue` that nobody asked for before their answer.
const interim = [100, 102, 103, 100].map((status) => `HTTP/1.1 ${status} Interim\r\n\r\n`).join('');
const taken = 'HTTP/1.1 200 OK\r\nContent-Type: application/proto\r\nContent-Length: 0\r\n\r\n';

for (const queue of queues) {
  test(`${queue['type']} queue: informational answers before the answer are not the answer, and each profile goes once`, async (t) => {
    const upstream = await startRawUpstream(t, Buffer.from(interim + taken));
    const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue });
    await pushAll(gateway, numbers(0, 20));
    await balanced(gateway, 'up0', { accepted: 20, delivered: 20, queued: 0 });
    checkOnceEach(upstream.came, numbers(0, 20));
  });
}
