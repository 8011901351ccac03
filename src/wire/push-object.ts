import { Invalid } from '../core/errors.ts';
import type { Label } from '../core/labels.ts';
import { collectLabels } from './label-block.ts';
import type { PushRules, PushSeries } from './push.ts';
import { WireWriter } from './wire-writer.ts';

/** A PushRequest that is decoded already. */
export interface PushObject {
  readonly series: readonly SeriesObject[];
}

interface SeriesObject {
  readonly labels: readonly Label[];
  readonly samples: readonly { readonly rawProfile: Uint8Array; readonly ID: string }[];
  readonly annotations: readonly { readonly key: string; readonly value: string }[];
}

/**
 * The series of a PushRequest that did not come in the binary form. The raw profiles stay views into the message. Throws Invalid as parsePush() does.
 */
export function decodePushObject(message: PushObject, rules: PushRules): PushSeries[] {
  if (message.series.length > rules.maxSeries) {
    throw new Invalid('too_large', `a push may hold at most ${rules.maxSeries} series, found ${message.series.length}`);
  }
  return message.series.map((series) => decodeSeries(series, rules));
}

function decodeSeries(series: SeriesObject, rules: PushRules): PushSeries {
  for (const { name, value } of series.labels) {
    // JSON can spell half a character ("\ud800"), which is no UTF-8 when written down.
    if (name.isWellFormed() && value.isWellFormed()) continue;
    throw new Invalid('labels', `label names and values must be UTF-8, found half a surrogate pair in the label ${JSON.stringify(name)}`);
  }
  const fields: Uint8Array[] = [];
  let rawBytes = 0;
  for (const { rawProfile, ID } of series.samples) {
    rawBytes += rawProfile.length;
    fields.push(...sampleField(rawProfile, ID));
  }
  for (const { key, value } of series.annotations) fields.push(annotationField(key, value));
  const payload = { kind: 'push', fields, profiles: series.samples.length, rawBytes } as const;
  return { labels: collectLabels(series.labels, rules), payload };
}

/** RawProfileSeries.samples: what stands before the profile, the profile, what stands behind it. */
function sampleField(rawProfile: Uint8Array, id: string): Uint8Array[] {
  const before = new WireWriter(16);
  before.prefix(1, rawProfile.length);
  const behind = new WireWriter(64);
  behind.text(2, id);
  const [head, tail] = [before.finish(), behind.finish()];
  const field = new WireWriter(32);
  field.prefix(2, head.length + rawProfile.length + tail.length);
  field.raw(head);
  return [field.finish(), rawProfile, tail];
}

/** RawProfileSeries.annotations. */
function annotationField(key: string, value: string): Uint8Array {
  const pair = new WireWriter(64);
  pair.text(1, key);
  pair.text(2, value);
  const field = new WireWriter(80);
  field.bytes(3, pair.finish());
  return field.finish();
}
