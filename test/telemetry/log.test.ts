import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../../src/core/secret.ts';
import { createLog, type Log } from '../../src/telemetry/log.ts';
import { TelemetrySchema } from '../../src/telemetry/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createMemoryOutput, type MemoryOutput } from './memory-output.ts';

interface Bench {
  readonly log: Log;
  readonly output: MemoryOutput;
  readonly clock: FakeClock;
  dropped(): number;
}

function open(logs: object = {}, output = createMemoryOutput()): Bench {
  const clock = new FakeClock();
  let dropped = 0;
  const onDropped = (lines: number): void => {
    dropped += lines;
  };
  const log = createLog(TelemetrySchema.parse({ logs }).logs, { clock, output, onDropped });
  return { log, output, clock, dropped: () => dropped };
}

test('a line is one JSON object with time, level, component, message and facts', () => {
  const { log, output } = open();
  log.logger('pyroscope/eu').info('started', { port: 4040 });
  assert.deepEqual(output.objects, [
    { level: 'info', time: '2023-11-14T22:13:20.000Z', component: 'pyroscope/eu', port: 4040, message: 'started' },
  ]);
});

test('what is below the level is not written, and a reload changes the level of loggers that exist', () => {
  const { log, output } = open({ level: 'warn' });
  const logger = log.logger('a');
  logger.info('quiet');
  log.reconfigure(TelemetrySchema.parse({ logs: { level: 'debug' } }).logs);
  logger.debug('loud');
  assert.deepEqual(
    output.objects.map((line) => line['message']),
    ['loud'],
  );
});

test('auto is pretty on a terminal and JSON elsewhere', () => {
  const onTerminal = open({}, createMemoryOutput({ terminal: true }));
  onTerminal.log.logger('a').warn('careful', { left: 3 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour is what is looked for
  assert.match(onTerminal.output.lines[0] ?? '', /^22:13:20\.000 \u001b\[33mWARN \u001b\[39m a careful left=3\n$/);
  const elsewhere = open();
  elsewhere.log.logger('a').warn('careful');
  assert.equal(elsewhere.output.objects[0]?.['level'], 'warn');
});

test('logfmt quotes what needs it', () => {
  const { log, output } = open({ format: 'logfmt' });
  log.logger('a').info('endpoint is back', { url: 'http://pyroscope:4040', reason: 'said "no"', nothing: undefined, list: [1, 2] });
  assert.equal(
    output.lines[0],
    'time=2023-11-14T22:13:20.000Z level=info component=a message="endpoint is back" url=http://pyroscope:4040 reason="said \\"no\\"" list="[1,2]"\n',
  );
});

for (const format of ['json', 'logfmt', 'pretty']) {
  test(`no fact starts a line of its own or steers a terminal in ${format}`, () => {
    const { log, output } = open({ format });
    log.logger('a').info('refused', { agent: 'x\n{"level":"error"}\r\u001b[2J\u009b2J\u2028\u007f' });
    const line = output.lines[0] ?? '';
    assert.equal(line.indexOf('\n'), line.length - 1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
    assert.doesNotMatch(line.slice(0, -1), format === 'json' ? /[\u0000-\u001f]/ : /[\u0000-\u001f\u007f-\u009f\u2028]/);
  });
}

test('a secret among the facts stays one', () => {
  const { log, output } = open();
  log.logger('a').info('configured', { password: new Secret('hunter2'), headers: { authorization: new Secret('hunter2') } });
  assert.doesNotMatch(output.lines[0] ?? '', /hunter2/);
});

test('an error is told with its causes, each once', () => {
  const { log, output } = open();
  const cause = new Error('connect ECONNREFUSED');
  log.logger('a').error('failed', { error: new Error('cannot send', { cause }), again: new Error('x: connect ECONNREFUSED', { cause }) });
  assert.equal(output.objects[0]?.['error'], 'cannot send: connect ECONNREFUSED');
  assert.equal(output.objects[0]?.['again'], 'x: connect ECONNREFUSED');
});

test('a fact does not take the place of the message', () => {
  const { log, output } = open();
  log.logger('a').info('refused', { message: 'by the backend', level: 'x' });
  assert.equal(output.objects[0]?.['message'], 'refused');
  assert.equal(output.objects[0]?.['fact_message'], 'by the backend');
  assert.equal(output.objects[0]?.['level'], 'info');
});

test('of alike lines twenty in ten seconds are written, then their number', async () => {
  const { log, output, clock, dropped } = open();
  for (let n = 0; n < 50; n++) log.logger('a').warn('again', { n });
  log.logger('b').warn('again');
  assert.equal(output.lines.length, 21);
  assert.equal(dropped(), 30);
  await clock.advance(10_000);
  assert.deepEqual(output.objects.at(-1), {
    level: 'warn',
    time: '2023-11-14T22:13:30.000Z',
    component: 'a',
    repeated: 30,
    message: 'again',
  });
  log.logger('a').warn('again', { n: 51 });
  assert.equal(output.objects.at(-1)?.['n'], 51);
});

test('beyond these twenty the first line about each thing is written, for up to a thousand things', async () => {
  const { log, output, clock, dropped } = open();
  const { warn } = log.logger('a');
  for (let n = 0; n < 1500; n++) {
    warn('out', { n }, `target ${n}`);
    warn('out', { n }, `target ${n}`);
  }
  const shown = new Set(output.objects.map(({ n }) => n));
  for (let n = 0; n < 1000; n++) assert.ok(shown.has(n), `${n} is not shown`);
  assert.ok(output.lines.length <= 1020, `${output.lines.length} lines`);
  const left = 3000 - output.lines.length;
  assert.equal(dropped(), left);
  await clock.advance(10_000);
  assert.equal(output.objects.at(-1)?.['repeated'], left);
});

test('debug lines are not limited', () => {
  const { log, output } = open({ level: 'debug' });
  for (let n = 0; n < 50; n++) log.logger('a').debug('again');
  assert.equal(output.lines.length, 50);
});

test('a line that nobody reads counts as dropped', () => {
  const { log, dropped } = open({}, createMemoryOutput({ reads: false }));
  log.logger('a').info('hello');
  assert.equal(dropped(), 1);
});
