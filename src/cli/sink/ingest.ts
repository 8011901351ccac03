import { Labels } from '../../core/labels.ts';
import { type ArrivedProfile, type ArrivedSeries, checkedProfile } from './arrival.ts';

/**
 * What an /ingest request holds. A pprof is checked, by itself or in a form; other formats are kept as they are. The name is taken apart
 * with as little as its grammar allows for: the sink shares no code with the receiver it stands behind.
 */
export function ingestedSeries(query: string, contentType: string, body: Uint8Array): ArrivedSeries {
  const parameters = new URLSearchParams(query);
  const name = parameters.get('name') ?? '';
  const labels = labelsOfName(name);
  const profile = profileOf(parameters.get('format') ?? '', contentType, body);
  return {
    labels,
    profiles: [profile],
    problem: labels.get('__name__') === undefined ? `no application in the name ${JSON.stringify(name)}` : undefined,
  };
}

function labelsOfName(name: string): Labels {
  const [, app = '', inner = ''] = /^([^{]*)(?:\{(.*)\})?$/s.exec(name) ?? [];
  const pairs = inner.split(',').filter((pair) => pair.includes('='));
  const labels = pairs.map((pair) => ({ name: pair.slice(0, pair.indexOf('=')).trim(), value: pair.slice(pair.indexOf('=') + 1).trim() }));
  return Labels.from(app.trim() === '' ? labels : [{ name: '__name__', value: app.trim() }, ...labels]);
}

/** Pyroscope decides by `format` first, and looks into a form only without one (its ingest_handler.go). */
function profileOf(format: string, contentType: string, body: Uint8Array): ArrivedProfile {
  if (format === 'pprof') return checkedProfile(body, '');
  if (contentType.includes('multipart/form-data') && format !== 'jfr') {
    const part = partOf(contentType, body);
    return part === undefined ? { ...opaque(body), problem: 'a form without a file part called profile' } : checkedProfile(part, '');
  }
  return opaque(body);
}

/** The content of the file part called profile. Read by hand: the platform's own reader wants boundaries of 27 characters and more. */
function partOf(contentType: string, body: Uint8Array): Uint8Array | undefined {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/.exec(contentType) ?? [];
  const bytes = Buffer.from(body);
  const delimiter = `\r\n--${quoted ?? plain}`;
  const head = /name="?profile"?.*filename=|filename=.*name="?profile"?/i;
  for (let at = bytes.indexOf(delimiter.slice(2)); at >= 0; ) {
    const contentAt = bytes.indexOf('\r\n\r\n', at) + 4;
    const end = bytes.indexOf(delimiter, at + 1);
    if (contentAt < 4 || end < contentAt) return undefined;
    if (head.test(bytes.toString('latin1', at, contentAt))) return bytes.subarray(contentAt, end);
    at = end;
  }
  return undefined;
}

function opaque(bytes: Uint8Array): ArrivedProfile {
  return { id: '', bytes, summary: undefined, problem: undefined };
}
