import type { Labels } from './labels.ts';

/** Which label sets may leave: `pyroscope` is what today's Pyroscope takes, `alloy` what pyroscope.write of Grafana Alloy does. */
export type LabelRules = 'pyroscope' | 'alloy';

/** Pyroscope's -validation.max-length-label-name. */
const longestNameBytes = 1024;

/**
 * What is wrong with a label set, as a sentence; undefined when it may be sent. Names and values are UTF-8 by the time they are strings,
 * and a set holds each name once, so neither is asked here.
 */
export function labelFault(labels: Labels, rules: LabelRules): string | undefined {
  if (labels.size === 0) return rules === 'alloy' ? 'service name is required' : 'a series needs at least one label, found none';
  for (const { name } of labels) {
    if (name === '') return 'label name is required: found a label with an empty name';
    const fault = rules === 'alloy' ? alloyNameFault(name) : lengthFault(name);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Which characters a label name of /ingest's `name` parameter may have (grafana/pyroscope api/model/labelset), as for Alloy's write. */
export function alloyNameFault(name: string): string | undefined {
  if (name === '__name__') return undefined;
  if (name === '') return 'label name is required';
  const bad = /[^A-Za-z0-9_.]/u.exec(name);
  return bad === null ? undefined : `invalid label name: ${name}: character is not allowed: '${bad[0]}'`;
}

function lengthFault(name: string): string | undefined {
  // A UTF-16 unit is at most 3 bytes of UTF-8, so a short name needs no count.
  if (name.length * 3 <= longestNameBytes) return undefined;
  const bytes = Buffer.byteLength(name);
  if (bytes <= longestNameBytes) return undefined;
  return `a label name may have at most ${longestNameBytes} bytes, found ${bytes}: ${name.slice(0, 60)}…`;
}
