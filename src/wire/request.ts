import { type DeadReason, deadReasons } from '../core/account.ts';
import { fieldOf, malformed } from './protobuf.ts';
import { WireMessage } from './wire-message.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/*
 * The head of a record: flamegate.queue.v1.Request (proto/flamegate/queue/v1/request.proto). It stands in queues on disk, so fields may be
 * added and none is reused; what a newer build wrote is passed over when a head is read and kept when it is copied.
 */

/** What a record's head says about the request that its body is. */
export interface OutgoingRequest {
  readonly kind: 'push' | 'ingest' | 'otlp';
  /** "/ingest"; empty for push and otlp: the protocol knows it. */
  readonly path: string;
  /** Complete, `name` included. */
  readonly query: string;
  /** In order, as received. */
  readonly contentTypes: readonly string[];
  /** Sum of raw profile lengths: pyroscope_write_sent_bytes_total. */
  readonly rawBytes: number;
  readonly trace: TraceContext | undefined;
  /** Component id of where it came in: queue show, audit. */
  readonly receiver: string;
  /** Set when it has become a dead letter; the rest of the head stays as it was. */
  readonly dead: DeadNote | undefined;
}

/** The span that a delivery belongs to, in the words of W3C trace context. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly flags: number;
}

/** Why a record became a dead letter. */
export interface DeadNote {
  readonly reason: DeadReason;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly attempts: number;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** gRPC or Connect code, 0 when there was none. */
  readonly code: number;
  /** The backend's own words, at most 2 KiB. */
  readonly message: string;
}

/** By number in the proto file. */
const kinds = [undefined, 'push', 'ingest', 'otlp'] as const;
const requestFields = {
  kind: 1,
  path: 2,
  query: 3,
  contentTypes: 4,
  rawBytes: 5,
  traceId: 6,
  spanId: 7,
  traceFlags: 8,
  receiver: 9,
  dead: 15,
} as const;
const noteFields = { reason: 1, at: 2, attempts: 3, status: 4, code: 5, message: 6 } as const;

/** A head, in memory of its own. */
export function encodeRequest(request: OutgoingRequest): Uint8Array {
  const head = new WireWriter(96 + request.path.length + request.query.length);
  head.uint(requestFields.kind, kinds.indexOf(request.kind));
  if (request.path !== '') head.text(requestFields.path, request.path);
  if (request.query !== '') head.text(requestFields.query, request.query);
  for (const contentType of request.contentTypes) head.text(requestFields.contentTypes, contentType);
  head.uint(requestFields.rawBytes, request.rawBytes);
  if (request.trace !== undefined) {
    head.bytes(requestFields.traceId, Buffer.from(request.trace.traceId, 'hex'));
    head.bytes(requestFields.spanId, Buffer.from(request.trace.spanId, 'hex'));
    head.uint(requestFields.traceFlags, request.trace.flags);
  }
  if (request.receiver !== '') head.text(requestFields.receiver, request.receiver);
  if (request.dead !== undefined) head.bytes(requestFields.dead, encodeNote(request.dead));
  return head.finish();
}

/** Reads a head, also one of a newer build. Throws Invalid("malformed") when it is damaged or of a kind that this build does not know. */
export function decodeRequest(head: Uint8Array): OutgoingRequest {
  const message = new WireMessage(head);
  const kind = kinds[message.number(requestFields.kind)];
  if (kind === undefined) throw malformed(`a record of a kind that this build does not know: ${message.number(requestFields.kind)}`);
  const dead = message.bytes(requestFields.dead);
  return {
    kind,
    path: message.text(requestFields.path),
    query: message.text(requestFields.query),
    contentTypes: message.texts(requestFields.contentTypes),
    rawBytes: message.number(requestFields.rawBytes),
    trace: decodeTrace(message),
    receiver: message.text(requestFields.receiver),
    dead: dead === undefined ? undefined : decodeNote(new WireMessage(dead)),
  };
}

/** The head with this note instead of any that it had; all else stays byte for byte, unknown fields included. */
export function withDeadNote(head: Uint8Array, note: DeadNote): Uint8Array {
  const copy = new WireWriter(head.length + 64 + note.message.length);
  const reader = new WireReader([head]);
  while (reader.position < head.length) {
    const from = reader.position;
    const tag = reader.tag();
    reader.skipValue(tag, head.length);
    if (fieldOf(tag) !== requestFields.dead) copy.raw(head.subarray(from, reader.position));
  }
  copy.bytes(requestFields.dead, encodeNote(note));
  return copy.finish();
}

function encodeNote(note: DeadNote): Uint8Array {
  const bytes = new WireWriter(64 + note.message.length);
  bytes.text(noteFields.reason, note.reason);
  bytes.double(noteFields.at, note.at);
  bytes.uint(noteFields.attempts, note.attempts);
  bytes.uint(noteFields.status, note.status);
  bytes.uint(noteFields.code, note.code);
  if (note.message !== '') bytes.text(noteFields.message, note.message);
  return bytes.finish();
}

function decodeTrace(message: WireMessage): TraceContext | undefined {
  const traceId = message.bytes(requestFields.traceId);
  if (traceId === undefined) return undefined;
  return {
    traceId: traceId.toString('hex'),
    spanId: message.bytes(requestFields.spanId)?.toString('hex') ?? '',
    flags: message.number(requestFields.traceFlags),
  };
}

function decodeNote(message: WireMessage): DeadNote {
  const reason = message.text(noteFields.reason);
  return {
    // A reason of a newer build is shown as the most general one.
    reason: deadReasons.find((known) => known === reason) ?? 'rejected',
    at: message.number(noteFields.at),
    attempts: message.number(noteFields.attempts),
    status: message.number(noteFields.status),
    code: message.number(noteFields.code),
    message: message.text(noteFields.message),
  };
}
