import type { SpanContext, Tracer } from '@opentelemetry/api';
import { Invalid } from '../../core/errors.ts';
import type { Reply, Request, Route } from '../../net/server/exchange.ts';
import type { LabelCache } from '../../wire/label-cache.ts';
import { type PushRules, type PushSeries, parsePush } from '../../wire/push.ts';
import { parsePushJson } from '../../wire/push-json.ts';
import { dialectOfRequest, emptyReply, type Form, formOfRequest, readMessage } from './form.ts';
import type { Intake } from './intake.ts';
import { inSpan, senderSpan } from './trace.ts';

/** What a push is received with. */
export interface PushOptions {
  readonly intake: Intake;
  readonly cache: LabelCache;
  readonly rules: PushRules;
  /** Resolves in the next turn of the event loop. */
  readonly nextTurn: () => Promise<void>;
  readonly tracer: Tracer;
}

/** Where pushes go: the full name of the method, as every protocol has it. */
export const pushPath = '/push.v1.PusherService/Push';

/** PusherService/Push in every protocol, in protobuf and JSON, payloads untouched. An uncompressed binary one is through when this returns. */
export function pushRoute(options: PushOptions): Route {
  const { intake, cache, rules, nextTurn, tracer } = options;
  const accept = (
    request: Request,
    form: Form,
    series: readonly PushSeries[],
    trace: SpanContext | undefined,
  ): Promise<void> | undefined => {
    if (series.length === 0) throw new Invalid('no_series', 'a push holds at least one series, found none');
    return intake.accept(request, form.protocol, series, trace);
  };
  const takeBinary = (
    request: Request,
    form: Form,
    message: readonly Uint8Array[],
    trace: SpanContext | undefined,
  ): Reply | Promise<Reply> => {
    const pending = accept(request, form, parsePush(message, cache, rules), trace);
    const done = (): Reply => {
      request.freeBody();
      return emptyReply(form);
    };
    return pending === undefined ? done() : pending.then(done);
  };
  const takeJson = async (request: Request, form: Form, text: Buffer, trace: SpanContext | undefined): Promise<Reply> => {
    request.freeBody();
    const series = await parsePushJson(text, rules, nextTurn);
    await accept(request, form, series, trace);
    return emptyReply(form);
  };
  const handle = (request: Request, trace: SpanContext | undefined): Reply | Promise<Reply> => {
    const form = formOfRequest(request.exchange.headers);
    const take = (message: readonly Uint8Array[]): Reply | Promise<Reply> =>
      form.codec === 'json' ? takeJson(request, form, Buffer.concat(message), trace) : takeBinary(request, form, message, trace);
    const message = readMessage(form, request);
    return message instanceof Promise ? message.then(take) : take(message);
  };
  return {
    methods: ['POST'],
    inflates: true,
    dialect: dialectOfRequest,
    check: formOfRequest,
    handle: (request) => inSpan(tracer, pushPath.slice(1), senderSpan(request.exchange), (trace) => handle(request, trace)),
  };
}
