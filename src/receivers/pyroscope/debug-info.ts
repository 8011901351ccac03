import { follow } from '../../core/abort.ts';
import type { Clock } from '../../core/clock.ts';
import { codeOf } from '../../core/codes.ts';
import type { Consumer } from '../../core/component.ts';
import type { DebugInfoAnswer, DebugInfoCall } from '../../core/debug-info.ts';
import { Failed, Invalid } from '../../core/errors.ts';
import { plain } from '../../net/server/dialect.ts';
import type { Reply, Request, Route } from '../../net/server/exchange.ts';
import { Unserved } from '../../net/server/unserved.ts';
import { WireMessage } from '../../wire/wire-message.ts';
import { dialectOfRequest, formOfRequest, readMessage, replyTo } from './form.ts';

/*
 * Row R28: debug information of binaries, which the eBPF profiler uploads. An upload is a dialogue with one backend (shall I, here it is,
 * done), so it goes to the first endpoint of the first exporter, at once and as it comes; nothing of it is queued or kept.
 */

const service = '/debuginfo.v1alpha1.DebuginfoService/';
const shouldInitiateUpload = `${service}ShouldInitiateUpload`;
// pyroscope.receive_http's debug_info_upload_timeout.
const uploadTimeoutMs = 120_000;

/** What the routes need to know. */
export interface DebugInfoOptions {
  readonly next: Consumer;
  readonly clock: Clock;
  /** Whether endpoints are told the sender's tenant. */
  readonly forwardsTenant: boolean;
}

/** Everything of the service that an uploader calls. */
export function debugInfoRoutes(options: DebugInfoOptions): ReadonlyMap<string, Route> {
  const rpc: Route = {
    methods: ['POST'],
    inflates: true,
    dialect: dialectOfRequest,
    check: formOfRequest,
    handle: (request) => passCall(request, options),
  };
  const upload: Route = {
    methods: ['POST'],
    inflates: false,
    streams: true,
    dialect: () => plain,
    handle: (request) => passUpload(request, options),
  };
  return new Map([
    [shouldInitiateUpload, rpc],
    [`${service}UploadFinished`, rpc],
    [`${service}Upload/`, upload],
  ]);
}

/** Whatever the sender speaks, the endpoint hears Connect. */
async function passCall(request: Request, { next, forwardsTenant }: DebugInfoOptions): Promise<Reply> {
  const { exchange, signal } = request;
  const tenant = forwardsTenant ? request.tenant : '';
  const form = formOfRequest(exchange.headers);
  const body = Buffer.concat(await readMessage(form, request));
  // Alloy's handler crashes on such a call.
  if (exchange.path === shouldInitiateUpload && !hasFile(body, form.codec)) {
    throw new Invalid('malformed', 'ShouldInitiateUpload needs a file, found none');
  }
  const answer = await passOn(next, { path: exchange.path, tenant, contentType: `application/${form.codec}`, body }, signal);
  if (answer.status !== 200) throw failedCall(answer);
  return replyTo(form, answer.body);
}

async function passUpload(request: Request, { next, clock, forwardsTenant }: DebugInfoOptions): Promise<Reply> {
  const { exchange, signal } = request;
  const tenant = forwardsTenant ? request.tenant : '';
  const id = exchange.path.slice(exchange.path.lastIndexOf('/') + 1);
  if (!/^[0-9A-Fa-f]{2,40}$/.test(id))
    throw new Invalid('malformed', `a build id has 2 to 40 hexadecimal digits, found ${JSON.stringify(id)}`);
  const { controller, release } = follow(signal);
  const late = new Unserved('timeout', `the upload was not over after ${uploadTimeoutMs} ms`);
  const cancel = clock.after(uploadTimeoutMs, () => controller.abort(late));
  try {
    const contentType = exchange.headers['content-type'] ?? '';
    const call = { path: exchange.path, tenant, contentType, body: exchange.pieces() };
    const { status, contentType: answered, body } = await passOn(next, call, controller.signal);
    if (status >= 400) throw new Failed({ endpoint: '', status, code: codeOf('unknown'), message: Buffer.from(body).toString() });
    return { status, headers: answered === '' ? {} : { 'content-type': answered }, body };
  } finally {
    cancel();
    release();
  }
}

async function passOn(next: Consumer, call: DebugInfoCall, signal: AbortSignal): Promise<DebugInfoAnswer> {
  const answer = await next.debugInfo?.passOn(call, signal);
  if (answer !== undefined) return answer;
  throw new Failed({ endpoint: '', status: 503, code: codeOf('unavailable'), message: 'no downstream endpoints available' });
}

/** Field 1 of ShouldInitiateUploadRequest. Throws Invalid for what is no message at all. */
function hasFile(message: Uint8Array, codec: 'proto' | 'json'): boolean {
  if (codec === 'proto') return new WireMessage(message).bytes(1) !== undefined;
  const decoded = parseJson(message);
  return 'file' in decoded && typeof decoded.file === 'object' && decoded.file !== null;
}

/** Connect's error body names a code; of any other error only the HTTP status is used. */
function failedCall({ status, body }: DebugInfoAnswer): Failed {
  const text = Buffer.from(body).toString();
  const json = fieldsOf(body);
  const named = 'code' in json && typeof json.code === 'string' ? codeOf(json.code) : 0;
  const message = 'message' in json && typeof json.message === 'string' ? json.message : text;
  return new Failed({ endpoint: '', status, code: named === 0 ? codeOf('unknown') : named, message });
}

/** None in what is no JSON object: the page of a proxy, an answer that was cut. */
function fieldsOf(bytes: Uint8Array): object {
  try {
    return parseJson(bytes);
  } catch {
    return {};
  }
}

function parseJson(bytes: Uint8Array): object {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof decoded === 'object' && decoded !== null ? decoded : {};
  } catch (cause) {
    throw new Invalid('malformed', 'the body is no JSON', { cause });
  }
}
