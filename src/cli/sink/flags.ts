import { parseAddress } from '../../core/address.ts';
import { parseDuration } from '../../core/units.ts';
import type { SinkAnswers } from './answers.ts';

/** The options of `flamegate sink` as they are typed. */
export interface SinkFlags {
  /** host:port. */
  readonly listen: string;
  readonly status?: string | undefined;
  readonly failRatio?: string | undefined;
  readonly delay?: string | undefined;
  readonly duration?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What they mean, or what is wrong with one of them. */
export type ParsedSinkFlags =
  | {
      readonly kind: 'right';
      readonly listen: { readonly host: string; readonly port: number };
      readonly answers: SinkAnswers;
      /** undefined: until it is told to stop. */
      readonly durationMs: number | undefined;
      readonly json: boolean;
    }
  | { readonly kind: 'wrong'; readonly message: string };

/** Reads the options; with --fail-ratio alone the requests that fail get 503. */
export function parseSinkFlags(flags: SinkFlags): ParsedSinkFlags {
  const listen = parseAddress(flags.listen);
  if (listen?.kind !== 'tcp') return wrong('--listen', 'host:port', flags.listen);
  const status = Number(flags.status ?? (flags.failRatio === undefined ? 200 : 503));
  if (!Number.isInteger(status) || status < 200 || status > 599) return wrong('--status', 'an HTTP status from 200 to 599', flags.status);
  const failRatio = Number(flags.failRatio ?? 1);
  if (!(failRatio >= 0 && failRatio <= 1)) return wrong('--fail-ratio', 'a number from 0 to 1', flags.failRatio);
  const delayMs = parseDuration(flags.delay ?? '0');
  if (delayMs === undefined) return wrong('--delay', 'a duration such as 300ms', flags.delay);
  const durationMs = flags.duration === undefined ? undefined : parseDuration(flags.duration);
  if (durationMs === undefined && flags.duration !== undefined) return wrong('--duration', 'a duration such as 30s', flags.duration);
  return { kind: 'right', listen, answers: { status, failRatio, delayMs }, durationMs, json: flags.json ?? false };
}

function wrong(option: string, expected: string, found: string | undefined): ParsedSinkFlags {
  return { kind: 'wrong', message: `${option}: expected ${expected}, found ${JSON.stringify(found)}` };
}
