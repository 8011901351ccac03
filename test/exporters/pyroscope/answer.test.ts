import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Answer, answerOfGrpc, answerOfHttp } from '../../../src/exporters/pyroscope/attempt/answer.ts';
import { judge, type VerdictKind } from '../../../src/exporters/pyroscope/attempt/verdict.ts';
import type { RequestKind } from '../../../src/exporters/pyroscope/request/request.ts';
import type { HttpOutcome } from '../../../src/net/client/client.ts';

const never = Number.POSITIVE_INFINITY;
const kinds: readonly RequestKind[] = ['push', 'ingest'];

interface Response {
  readonly status: number;
  readonly contentType?: string;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly retryAfter?: string;
}

function response({ status, contentType = 'text/plain', text = 'from upstream', headers = {}, retryAfter }: Response): HttpOutcome {
  return { kind: 'response', body: Buffer.alloc(0), status, contentType, text, headers, retryAfter };
}

function http(given: Response, kind: RequestKind): Answer {
  return answerOfHttp(response(given), kind, 0);
}

function connectError(code: string, status: number, message = 'from upstream'): Response {
  return { status, contentType: 'application/json', text: JSON.stringify({ code, message }) };
}

/** The table of the contract for an answer that names no code. */
function kindOfStatus(status: number, kind: RequestKind): VerdictKind {
  if (status >= 200 && status < 300) return kind === 'ingest' ? 'taken' : 'unclear';
  if (status >= 300 && status < 400) return 'misdirected';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404 || status === 405) return 'misdirected';
  if (status === 429) return 'limited';
  if ([408, 502, 503, 504].includes(status)) return 'down';
  if (status === 422) return kind === 'ingest' ? 'unclear' : 'rejected';
  return status < 500 ? 'rejected' : 'unclear';
}

test('every status without a code means what the table says, on both paths', () => {
  for (const kind of kinds) {
    for (let status = 200; status < 600; status++) {
      const verdict = judge(http({ status }, kind), kind, true);
      const fault = kindOfStatus(status, kind);
      assert.equal(verdict.kind, fault, `${status} ${kind}`);
      const tries = { taken: 1, rejected: 1, unclear: 10, limited: 10, misdirected: 10 }[String(fault)] ?? never;
      assert.equal(verdict.tries, tries, `${status} ${kind}`);
      const final = ['taken', 'rejected', 'denied', 'misdirected'].includes(fault) || status === 422;
      assert.equal(verdict.final, final, `${status} ${kind}`);
    }
  }
});

const codes: readonly (readonly [name: string, fault: VerdictKind, final: boolean])[] = [
  ['canceled', 'down', true],
  ['unknown', 'unclear', false],
  ['invalid_argument', 'rejected', true],
  ['deadline_exceeded', 'down', false],
  ['not_found', 'misdirected', true],
  ['already_exists', 'rejected', true],
  ['permission_denied', 'denied', true],
  ['resource_exhausted', 'limited', false],
  ['failed_precondition', 'rejected', true],
  ['aborted', 'down', false],
  ['out_of_range', 'rejected', true],
  ['unimplemented', 'rejected', true],
  ['internal', 'unclear', false],
  ['unavailable', 'down', false],
  ['data_loss', 'unclear', false],
  ['unauthenticated', 'denied', true],
];

test('a code in the answer counts, whatever the status, and 413 before it', () => {
  for (const kind of kinds) {
    for (const status of [400, 401, 404, 409, 422, 429, 500, 501, 503, 504]) {
      for (const [name, fault, final] of codes) {
        if (name === 'unknown' && status === 422 && kind === 'ingest') continue; // what /ingest says beside every 422
        const verdict = judge(http(connectError(name, status), kind), kind, true);
        assert.deepEqual([verdict.kind, verdict.final], [fault, final], `${name} ${status} ${kind}`);
      }
    }
    for (const [name] of codes) assert.equal(judge(http(connectError(name, 413), kind), kind, true).kind, 'rejected', name);
  }
});

test('a gRPC endpoint means the same by the same code', () => {
  for (const [at, [name, fault, final]] of codes.entries()) {
    const answer = answerOfGrpc({ kind: 'response', code: at + 1, message: '', retryAfter: undefined }, 0);
    const verdict = judge(answer, 'push', true);
    assert.deepEqual([verdict.kind, verdict.final], [fault, final], name);
  }
  assert.deepEqual(answerOfGrpc({ kind: 'response', code: 0, message: '', retryAfter: undefined }, 0), { kind: 'taken' });
});

test('behind unknown, 422 and 500 stands the code that the text names', () => {
  const texts: readonly (readonly [text: string, fault: VerdictKind])[] = [
    ['pushing IngestInput-pprof failed unavailable: no healthy segment writer', 'down'],
    ['pushing IngestInput-pprof failed deadline_exceeded: context deadline exceeded', 'down'],
    ['pushing IngestInput-pprof failed invalid_argument: label "unavailable: x" is bad', 'rejected'],
    ['rpc error: code = Unavailable desc = connection refused', 'down'],
    ['rpc error: code = ResourceExhausted desc = per-tenant limit', 'limited'],
    ['rpc error: code = Unauthenticated desc = no org id', 'denied'],
  ];
  for (const kind of kinds) {
    for (const [text, fault] of texts) {
      assert.equal(judge(http(connectError('unknown', 422, text), kind), kind, true).kind, fault, `422 ${text}`);
      assert.equal(judge(http(connectError('unknown', 500, text), kind), kind, true).kind, fault, `500 ${text}`);
      assert.equal(judge(http({ status: 500, text }, kind), kind, true).kind, fault, `plain ${text}`);
      // Elsewhere a text is only a text.
      assert.equal(judge(http({ status: 503, text }, kind), kind, true).kind, 'down');
      assert.equal(judge(http({ status: 400, text }, kind), kind, true).kind, 'rejected');
    }
  }
  const grpc = answerOfGrpc({ kind: 'response', code: 2, message: 'unavailable: no segment writer', retryAfter: undefined }, 0);
  assert.equal(judge(grpc, 'push', true).kind, 'down');
});

test('an /ingest that could not be parsed is the fault of the profile after two tries', () => {
  const text = JSON.stringify({ code: 'unknown', message: 'parsing IngestInput-pprof failed unexpected EOF' });
  const verdict = judge(http({ status: 422, contentType: 'application/json', text }, 'ingest'), 'ingest', true);
  assert.deepEqual(verdict, { kind: 'rejected', tries: 2, final: true });
});

test('retry_on_http_429 false makes a rate limit the fault of the profile, in every form', () => {
  const answers = [http({ status: 429 }, 'push'), http({ status: 429 }, 'ingest'), http(connectError('resource_exhausted', 429), 'push')];
  answers.push(answerOfGrpc({ kind: 'response', code: 8, message: '', retryAfter: undefined }, 0));
  for (const answer of answers) {
    assert.equal(judge(answer, 'push', false).kind, 'rejected');
    assert.equal(judge(answer, 'push', true).kind, 'limited');
  }
});

test('a 2xx takes an /ingest, and a push only in the content type of the protocol', () => {
  for (const status of [200, 201, 202, 204, 206]) {
    assert.deepEqual(http({ status, contentType: '' }, 'ingest'), { kind: 'taken' });
    assert.deepEqual(http({ status, contentType: 'application/proto' }, 'push'), { kind: 'taken' });
    for (const contentType of ['', 'application/json', 'text/plain', 'application/protobuf']) {
      assert.equal(judge(http({ status, contentType }, 'push'), 'push', true).kind, 'unclear', `${status} ${contentType}`);
    }
  }
});

test('a web page is never a yes, and says that url or credentials are wrong', () => {
  for (const kind of kinds) {
    const answer = http({ status: 200, contentType: 'text/html', text: '<html>sign in' }, kind);
    assert.deepEqual(judge(answer, kind, true), { kind: 'misdirected', tries: 10, final: true });
    assert.ok(answer.kind === 'refused' && /web page/.test(answer.message));
  }
});

test('a redirect that is not followed names its target and what to change', () => {
  const answer = http({ status: 307, text: '', headers: { location: 'https://elsewhere/' } }, 'push');
  assert.ok(answer.kind === 'refused' && answer.message.includes('https://elsewhere/') && answer.message.includes('set url'));
});

test('what brought no answer may work later, and an attempt that was cut says nothing', () => {
  for (const cause of ['network', 'timeout', 'credentials'] as const) {
    const answer = answerOfHttp({ kind: 'failure', cause, message: 'x' }, 'push', 0);
    assert.deepEqual(judge(answer, 'push', true), { kind: 'down', tries: never, final: false });
    assert.deepEqual(answerOfGrpc({ kind: 'failure', cause, message: 'x' }, 0), answer);
  }
  assert.equal(judge(answerOfHttp({ kind: 'aborted' }, 'push', 0), 'push', true).kind, 'canceled');
  assert.equal(judge(answerOfGrpc({ kind: 'aborted' }, 0), 'push', true).kind, 'canceled');
});

test('the words are the message of a JSON error, whole or cut, else the text, and never nothing', () => {
  const words = (text: string): string => {
    const answer = http({ status: 400, text }, 'push');
    return answer.kind === 'refused' ? `${answer.code} ${answer.message}` : '';
  };
  assert.equal(words('{"code":"invalid_argument","message":"no \\"profiles\\" received"}'), '3 no "profiles" received');
  assert.equal(words('{"code":"invalid_argument","message":"a long on'), '3 a long on');
  assert.equal(words('{ "message": "x", "code" : "unavailable" }'), '14 x');
  assert.equal(words('{"code":"teapot","message":"short"}'), '0 short');
  assert.equal(words('  plain words\n'), '0 plain words');
  assert.equal(words(''), '0 HTTP 400 without a word');
});

test('a plain HTTP answer to a gRPC call is judged by its status', () => {
  const answer = answerOfGrpc({ kind: 'response', code: 16, message: 'Received HTTP status code 401', retryAfter: undefined }, 0);
  assert.equal(judge(answer, 'push', true).kind, 'denied');
  const large = answerOfGrpc({ kind: 'response', code: 2, message: 'Received HTTP status code 413', retryAfter: undefined }, 0);
  assert.equal(judge(large, 'push', true).kind, 'rejected');
});

test('no text whatever makes reading an answer fail', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 200, max: 599 }), fc.constantFrom(...kinds), (text, status, kind) => {
      const answer = http({ status, text, contentType: 'application/json' }, kind);
      judge(answer, kind, true);
      if (answer.kind === 'refused') assert.notEqual(answer.message, '');
    }),
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      judge(http({ status: 422, text: `{"code":"unknown","message":${text}` }, 'ingest'), 'ingest', true);
    }),
  );
});
