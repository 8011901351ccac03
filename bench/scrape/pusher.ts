import { Agent, request } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Labels } from '../../src/core/labels.ts';
import { cumulativeTypes, subtract } from '../../src/wire/pprof-delta.ts';
import { encodePush, payloadOf } from '../../src/wire/push.ts';
import { goProfile, kinds } from './profiles.ts';

/*
 * The same profiles pushed, one a request, evenly: `node pusher.ts HOST:PORT COUNT INTERVAL_MS`. What a scraper subtracts, these subtract
 * before. Prints "pushing" when it has begun.
 */

const [, , address = '', count = '1000', interval = '15000'] = process.argv;
const [host = '', port = ''] = address.split(':');
const names: Readonly<Record<string, string>> = { allocs: 'memory', profile: 'process_cpu' };
const agent = new Agent({ keepAlive: true, maxSockets: 1000 });

const profiles = new Map(
  kinds.map((kind) => {
    const types = cumulativeTypes.get(names[kind] ?? kind);
    if (types === undefined) return [kind, goProfile(kind, 0)];
    const { baseline } = subtract(gunzipSync(goProfile(kind, 0)), types, undefined);
    return [kind, gzipSync(subtract(gunzipSync(goProfile(kind, 1)), types, baseline).delta ?? new Uint8Array(), { level: 1 })];
  }),
);
const targets = Array.from({ length: Number(count) }, (_, at) =>
  kinds.map((kind) => {
    const labels = Labels.of({ __name__: names[kind] ?? kind, service_name: `app-${at % 50}`, instance: `10.0.0.${at}:6060` });
    return encodePush([{ labels, payload: payloadOf(profiles.get(kind) ?? new Uint8Array()) }]);
  }),
).flat();

function push(body: Uint8Array): void {
  const headers = { 'Content-Type': 'application/proto', 'Content-Length': body.length };
  request({ agent, host, port, method: 'POST', path: '/push.v1.PusherService/Push', headers }, (answer) => answer.resume())
    .on('error', (why) => process.stderr.write(`${why}\n`))
    .end(body);
}

const each = Number(interval) / targets.length;
const begun = performance.now();
let sent = 0;
setInterval(() => {
  for (; sent * each < performance.now() - begun; sent++) push(targets[sent % targets.length] ?? new Uint8Array());
}, 5);
process.stdout.write('pushing\n');
