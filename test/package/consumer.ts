// What a program does that uses the package as a library: copied into a folder where it is installed, checked by tsc and run.
import { type Configuration, ConfigurationError, type FinalAccount, type Gateway, start } from 'flamegate';

const configuration = (url: string): Configuration => ({
  receivers: { pyroscope: { endpoint: '127.0.0.1:0' } },
  exporters: { pyroscope: { endpoints: [{ url }] } },
  service: {
    pipelines: { profiles: { receivers: ['pyroscope'], exporters: ['pyroscope'] } },
    admin: { endpoint: '127.0.0.1:0' },
    telemetry: { logs: { format: 'json' } },
  },
});

const [upstream = ''] = process.argv.slice(2);
const lines: { message?: string; address?: string }[] = [];
const gateway: Gateway = await start(configuration(upstream), { log: (line) => lines.push(JSON.parse(line)) });
const address = lines.find(({ message }) => message === 'listening for profiles')?.address;
const answer = await fetch(`http://${address}/ingest?name=library&format=folded`, { method: 'POST', body: 'main;work 3\n' });
const ready = await fetch(`http://${gateway.adminAddress}/-/ready`);
const unchanged = await gateway.reload(configuration(upstream));
const refused = await gateway.reload('receivers: 5');
const account: FinalAccount = await gateway.stop();
const wrong = await start('exporters: 5').catch((why: unknown) => why);
const told = {
  answer: answer.status,
  ready: ready.status,
  reloads: [unchanged.kind, refused.kind],
  delivered: account.delivered,
  wrong: wrong instanceof ConfigurationError && wrong.problems.map(({ path }) => path),
};
process.stdout.write(JSON.stringify(told));
