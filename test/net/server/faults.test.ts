import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admission } from '../../../src/net/server/admission.ts';
import { plain } from '../../../src/net/server/dialect.ts';
import type { Reply } from '../../../src/net/server/exchange.ts';
import type { ServerOptions } from '../../../src/net/server/serve.ts';
import { createTestHost } from '../../support/host.ts';
import { type Answer, type Call, call, call2, echo, routeOf, type ServingOptions, serving } from './serving.ts';

const boom = (): never => {
  throw new Error('injected');
};
const answering = (reply: Reply) => routeOf(() => Promise.resolve(reply));
const brokenAdmission = (): Admission => Object.assign(new Admission(1e6), { open: boom });

interface Fault {
  readonly name: string;
  readonly route?: typeof echo;
  readonly options?: ServingOptions;
  readonly call?: Call;
  /** undefined: the connection ends without an answer. */
  readonly answer: number | undefined;
  /** On HTTP/2 the head is out by then, or node takes what HTTP/1.1 refuses. */
  readonly late?: true;
}

/** One throw in every step from head to answer. */
const faults: readonly Fault[] = [
  { name: 'the dialect', route: { ...echo, dialect: boom }, answer: 500 },
  { name: 'the check of the head', route: { ...echo, check: boom }, answer: 500 },
  {
    name: 'who sends',
    options: { senders: { authenticator: { identify: boom, start: boom, stop: boom }, tenant: undefined } },
    answer: 500,
  },
  { name: 'the limits', options: { admission: brokenAdmission() }, answer: 500 },
  { name: 'the deadline', route: { ...echo, dialect: () => ({ ...plain, deadlineMs: boom }) }, answer: 500 },
  { name: 'the size that a body announces', route: { ...echo, dialect: () => ({ ...plain, announcedBytes: boom }) }, answer: 500 },
  { name: 'the route', route: routeOf(boom), answer: 500 },
  { name: 'the count of refusals', route: routeOf(boom), options: { refused: boom }, answer: undefined },
  { name: 'the words of a refusal', route: routeOf(boom, { dialect: () => ({ ...plain, refuse: boom }) }), answer: undefined },
  { name: 'the lame duck', options: { lameDuck: boom }, answer: undefined },
  { name: 'the status', route: answering({ status: 99_999, headers: {} }), answer: undefined },
  { name: 'a header', route: answering({ status: 200, headers: { 'x-bad': 'a\nb' } }), answer: undefined, late: true },
  { name: 'the name of a header', route: answering({ status: 200, headers: { 'x bad': 'a' } }), answer: undefined },
  { name: 'a trailer', route: answering({ status: 200, headers: {}, trailers: { 'x-bad': 'a\nb' } }), answer: undefined, late: true },
  {
    name: 'a body of another kind',
    route: answering({ status: 200, headers: {}, body: 7 as unknown as Uint8Array }),
    answer: undefined,
    late: true,
  },
  { name: 'the log', route: routeOf(boom), options: { log: brokenLog() }, answer: undefined },
  { name: 'a refusal before the route', options: { refused: boom }, call: { headers: tooMany() }, answer: undefined },
];

for (const { name, send } of [
  { name: 'HTTP/1.1', send: call },
  { name: 'HTTP/2', send: call2 },
]) {
  for (const fault of faults) {
    test(`${name}: what ${fault.name} throws ends a connection, never the process`, async (t) => {
      const host = createTestHost();
      const it = await serving(t, { '/echo': fault.route ?? echo, '/good': echo }, { host, ...fault.options });
      const answer: Answer | undefined = await send(it.port, { body: 'x', ...fault.call }).catch(() => undefined);
      // Where a session is destroyed node's client tells no error, and no status either.
      const status = answer?.status === 0 ? undefined : answer?.status;
      if (fault.late === undefined || name === 'HTTP/1.1') assert.equal(status, fault.answer);
      assert.equal(it.admission.heldBytes, 0);
      if (fault.options === undefined) assert.equal((await send(it.port, { path: '/good', body: 'x' })).status, 200);
    });
  }
}

function tooMany(): Record<string, string> {
  return Object.fromEntries(Array.from({ length: 260 }, (_, at) => [`h${at}`, 'v']));
}

function brokenLog(): ServerOptions['log'] {
  return { debug: boom, info: boom, warn: boom, error: boom };
}
