import type { SpanContext, Tracer } from '@opentelemetry/api';
import { Invalid } from '../../core/errors.ts';
import type { Reply, Request, Route } from '../../net/server/exchange.ts';
import type { LabelCache } from '../../wire/label-cache.ts';
import { type PushRules, type PushSeries, parsePush } from '../../wire/push.ts';
import { decodePushObject } from '../../wire/push-object.ts';
import type { ConnectService } from './connect.ts';
import { dialectOfRequest, type Form, formOfRequest, readMessage, replyTo } from './form.ts';
import type { Intake } from './intake.ts';
import { inSpan } from './trace.ts';

/** What a push is received with. */
export interface PushOptions {
  readonly intake: Intake;
  readonly cache: LabelCache;
  readonly rules: PushRules;
  /** A push in which there is no sample: Pyroscope refuses it, Alloy sends it on. */
  readonly emptySeries: 'refuse' | 'forward';
  readonly connect: ConnectService;
  readonly tracer: Tracer;
}

/** Where pushes go: the full name of the method, as every protocol has it. */
export const pushPath = '/push.v1.PusherService/Push';

const empty = new Uint8Array();

/**
 * PusherService/Push. The binary form in all three protocols is read here, payloads untouched; every other form goes through Connect's own
 * code, which decodes it, and comes back to the same lines.
 */
export function pushRoute(options: PushOptions): Route {
  const { intake, cache, rules, emptySeries, connect, tracer } = options;
  const accept = (request: Request, form: Form, series: readonly PushSeries[], trace: SpanContext | undefined): Promise<void> => {
    if (series.length === 0) throw new Invalid('no_series', 'a push holds at least one series, found none');
    if (emptySeries === 'refuse' && series.every(({ payload }) => payload.profiles === 0)) {
      throw new Invalid('no_series', 'a push holds at least one sample, found series without any');
    }
    return intake.accept(request, form.protocol, series, trace);
  };
  const handle = async (request: Request, trace: SpanContext | undefined): Promise<Reply> => {
    const form = formOfRequest(request.exchange.headers);
    const message = await readMessage(form, request);
    if (form.codec === 'json') {
      return connect.push(form, message, request, (decoded) => accept(request, form, decodePushObject(decoded, rules), trace));
    }
    await accept(request, form, parsePush(message, cache, rules), trace);
    return replyTo(form, empty);
  };
  return {
    methods: ['POST'],
    inflates: true,
    dialect: dialectOfRequest,
    check: formOfRequest,
    handle: (request) =>
      inSpan(tracer, pushPath.slice(1), request.exchange.headerValues('traceparent')[0], (trace) => handle(request, trace)),
  };
}
