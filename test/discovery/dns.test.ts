import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { DnsSource } from '../../src/discovery/dns.ts';
import { addresses, type RunningSource, runSource } from './found.ts';

type Answer = readonly { readonly type: number; readonly data: Buffer }[] | 'refused' | 'silent';

/** A name server that answers by script. */
async function nameServer(t: TestContext, answer: (name: string, type: number) => Answer): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    const labels: string[] = [];
    let at = 12;
    for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
      labels.push(question.subarray(at + 1, at + 1 + length).toString());
      at += 1 + length;
    }
    const given = answer(labels.join('.'), question.readUInt16BE(at + 1));
    if (given === 'silent') return;
    const head = Buffer.from(question.subarray(0, at + 5));
    const records = given === 'refused' ? [] : given;
    head.writeUInt16BE(given === 'refused' ? 0x8185 : 0x8180, 2);
    head.writeUInt16BE(records.length, 6);
    head.writeUInt32BE(0, 8);
    const rest = records.flatMap(({ type, data }) => {
      const record = Buffer.alloc(12);
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(type, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt32BE(1, 6);
      record.writeUInt16BE(data.length, 10);
      return [record, data];
    });
    socket.send(Buffer.concat([head, ...rest]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

const a = (...octets: number[]) => ({ type: 1, data: Buffer.from(octets) });
const srv = (port: number, host: string) => {
  const head = Buffer.alloc(6);
  head.writeUInt16BE(port, 4);
  return {
    type: 33,
    data: Buffer.concat([head, ...host.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])]),
  };
};

function running(t: TestContext, config: object, server: string): RunningSource {
  const source = runSource({ from: 'dns', ...config }, undefined, (checked, host) => {
    if (checked.from !== 'dns') throw new Error('unreachable');
    return new DnsSource(checked, host, [server]);
  });
  t.after(() => source.stop());
  return source;
}

test('finds SRV records with their ports, and addresses with the port that is configured', async (t) => {
  const server = await nameServer(t, (_name, type) =>
    type === 33 ? [srv(6060, 'one.example.org'), srv(6061, 'two.example.org')] : [a(10, 0, 0, 1), a(10, 0, 0, 2)],
  );
  const records = await running(t, { names: ['_p._tcp.example.org'] }, server).until((targets) => targets.length === 2);
  assert.deepEqual(addresses(records), ['one.example.org:6060', 'two.example.org:6061']);
  assert.deepEqual(records[0]?.['__meta_dns_name'], '_p._tcp.example.org');
  assert.equal(records.find((one) => one['__address__'] === 'one.example.org:6060')?.['__meta_dns_srv_record_target'], 'one.example.org.');
  const hosts = await running(t, { names: ['example.org'], type: 'A', port: 80 }, server).until((targets) => targets.length === 2);
  assert.deepEqual(addresses(hosts), ['10.0.0.1:80', '10.0.0.2:80']);
});

test('a name whose look-up fails keeps its targets, one that has no records loses them', async (t) => {
  let failing: Answer = [a(10, 0, 0, 1)];
  let other: Answer = [a(10, 0, 0, 2)];
  const server = await nameServer(t, (name) => (name === 'one.test' ? failing : other));
  const source = running(t, { names: ['one.test', 'two.test'], type: 'A', port: 1, refresh_interval: '1s' }, server);
  await source.until((targets) => targets.length === 2);
  failing = 'refused';
  other = [a(10, 0, 0, 3)];
  await source.until((targets) => addresses(targets).join() === '10.0.0.1:1,10.0.0.3:1');
  await source.warned(/one.test: its A records could not be looked up/);
  failing = [];
  await source.until((targets) => addresses(targets).join() === '10.0.0.3:1');
});

test('a name server that is silent holds up neither the other names nor the end', async (t) => {
  const asked = Promise.withResolvers<void>();
  const server = await nameServer(t, () => {
    asked.resolve();
    return 'silent';
  });
  const source = running(t, { names: ['slow.test'], type: 'A', port: 1 }, server);
  await asked.promise;
  const began = performance.now();
  await source.stop();
  assert.ok(performance.now() - began < 2000, 'the end waited for the name server');
  assert.deepEqual(source.lists, []);
});
