import { Invalid, messageOf } from '../core/errors.ts';
import { checkJsonBounds } from './json-bounds.ts';
import type { PushRules, PushSeries } from './push.ts';
import { decodePushObject, type PushObject } from './push-object.ts';

/*
 * push.v1.PushRequest in protobuf's JSON mapping (protobuf.dev/programming-guides/json): both spellings of a field's name, null for a field
 * that is absent, bytes in base64 of either alphabet, unknown fields passed over. Written by hand because the general decoder spends
 * 200 ms on what may come here, in one turn of the event loop.
 */

// A profile in it is a string, and a string is several copies.
const mostBytes = 16 * 1024 * 1024;
// Reading less takes a few milliseconds: no reason to wait in between.
const inOneTurnBytes = 1024 * 1024;

/**
 * The series of a push in JSON. `nextTurn` lets others have the event loop between the steps of one that is large. Rejects with Invalid:
 * malformed or too_large, or as parsePush() does.
 */
export async function parsePushJson(text: Buffer, rules: PushRules, nextTurn: () => Promise<void>): Promise<PushSeries[]> {
  if (text.length > mostBytes) throw new Invalid('too_large', `a push in JSON may have ${mostBytes} bytes, found ${text.length}`);
  const isLarge = text.length > inOneTurnBytes;
  checkJsonBounds(text);
  if (isLarge) await nextTurn();
  const decoded = parse(text);
  if (isLarge) await nextTurn();
  return decodePushObject(pushOf(decoded), rules);
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch (cause) {
    throw malformed(messageOf(cause).slice(0, 200), { cause });
  }
}

function pushOf(json: unknown): PushObject {
  const push = fieldsOf(json, 'the push');
  return {
    series: listOf(push, 'series').map((one) => {
      const series = fieldsOf(one, 'an element of series');
      return {
        labels: listOf(series, 'labels').map((pair) => {
          const label = fieldsOf(pair, 'an element of labels');
          return { name: textOf(label, 'name'), value: textOf(label, 'value') };
        }),
        samples: listOf(series, 'samples').map((sampled) => {
          const sample = fieldsOf(sampled, 'an element of samples');
          return { rawProfile: bytesOf(sample, 'rawProfile', 'raw_profile'), ID: textOf(sample, 'ID') };
        }),
        annotations: listOf(series, 'annotations').map((pair) => {
          const annotation = fieldsOf(pair, 'an element of annotations');
          return { key: textOf(annotation, 'key'), value: textOf(annotation, 'value') };
        }),
      };
    }),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(json: unknown, what: string): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw malformed(`${what} is no object, found ${kindOf(json)}`);
  return json as Fields; // JSON.parse makes nothing else of an object
}

function listOf(fields: Fields, name: string): readonly unknown[] {
  const value = own(fields, name);
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw malformed(`${name} is no list, found ${kindOf(value)}`);
  return value;
}

function textOf(fields: Fields, name: string): string {
  const value = own(fields, name);
  if (value === undefined) return '';
  if (typeof value !== 'string') throw malformed(`${name} is no text, found ${kindOf(value)}`);
  return value;
}

function bytesOf(fields: Fields, ...names: readonly string[]): Uint8Array {
  const name = names.find((one) => own(fields, one) !== undefined) ?? '';
  const text = textOf(fields, name);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  // Node passes over what is no digit, so that a text with such a thing in it comes out shorter.
  const bytes = Buffer.from(text, 'base64');
  if (digits % 4 === 1 || bytes.length !== Math.floor((digits * 3) / 4)) throw malformed(`${name} is not base64`);
  return bytes;
}

/** Nothing inherited: "constructor" is a field like others. */
function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
}

function kindOf(json: unknown): string {
  if (json === null) return 'null';
  return Array.isArray(json) ? 'a list' : typeof json === 'object' ? 'an object' : `a ${typeof json}`;
}

function malformed(what: string, options?: ErrorOptions): Invalid {
  return new Invalid('malformed', `the body is no push.v1.PushRequest in JSON: ${what}`, options);
}
