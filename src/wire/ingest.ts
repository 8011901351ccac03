import { Invalid } from '../core/errors.ts';
import { alloyNameFault } from '../core/label-rules.ts';
import { type Label, Labels } from '../core/labels.ts';

/*
 * The query of POST /ingest and its parameter `name`: "app{key=value,key=value}". Parameters are read as Go's net/url does, because that
 * is what a sender meets at Pyroscope; the name as api/model/labelset of grafana/pyroscope does, oddities included.
 */

/** What a query says, `name` apart from everything else. */
export interface IngestQuery {
  /** The first one, decoded. */
  readonly name: string | undefined;
  /** The other parameters as received, in their order and spelling. */
  readonly rest: string;
}

const badApplication = /[^A-Za-z0-9_./-]/u;

/** Takes every `name` out of a query. One that Go's parser drops (a semicolon, a bad escape) does not count, as if it were not there. */
export function splitIngestQuery(query: string): IngestQuery {
  let name: string | undefined;
  const rest: string[] = [];
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const key = queryUnescape(equals < 0 ? pair : pair.slice(0, equals));
    const value = queryUnescape(equals < 0 ? '' : pair.slice(equals + 1));
    if (key !== 'name') rest.push(pair);
    else if (value !== undefined) name ??= value;
  }
  return { name, rest: rest.join('&') };
}

/**
 * The labels of a `name`; the application is `__name__`. Of a key that stands twice the last one counts, an empty value is kept, a pair
 * that no `,` or `}` ends is lost, and text behind a `}` is read on as if it stood before. Throws Invalid("name").
 */
export function parseIngestName(name: string): Labels {
  const brace = name.indexOf('{');
  const app = trimSpace(brace < 0 ? name : name.slice(0, brace));
  if (app === '') throw new Invalid('name', 'name: an application name is required, such as app{key=value}, found none');
  const bad = badApplication.exec(app);
  if (bad !== null)
    throw new Invalid(
      'name',
      `name: an application name may have letters, digits and _ . / -, found ${JSON.stringify(bad[0])} in ${quote(app)}`,
    );
  const pairs: Label[] = [{ name: '__name__', value: app }];
  for (let at = brace < 0 ? name.length : brace + 1; at < name.length; ) {
    const keyEnd = search(name, /[=}]/g, at);
    const valueEnd = search(name, /[,}]/g, keyEnd + 1);
    // A key without a value ends it all, and so does the end of the text.
    if (name[keyEnd] !== '=' || valueEnd >= name.length) break;
    const written = name.slice(at, keyEnd);
    const key = trimSpace(written);
    // Pyroscope trims a line end away as it does a blank; nobody means one.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const fault = /[\x00-\x1f\x7f]/.test(written) ? `a label name has no control characters, found ${quote(written)}` : alloyNameFault(key);
    if (fault !== undefined) throw new Invalid('name', `name: ${clipped(fault)}`);
    pairs.push({ name: key, value: trimSpace(name.slice(keyEnd + 1, valueEnd)) });
    at = valueEnd + 1;
  }
  return Labels.from(pairs);
}

/**
 * What the grammar of `name` cannot say of these labels, as a sentence; undefined when it can say them all. It neither quotes nor escapes: a
 * `,` in a value would begin another label. White space at the ends of a value is lost.
 */
export function ingestNameFault(labels: Labels): string | undefined {
  for (const { name, value } of labels) {
    if (name === '__name__') {
      if (trimSpace(value) === '') return `an /ingest profile needs the label __name__, found ${clipped(labels.toString())}`;
      const bad = badApplication.exec(value);
      if (bad !== null)
        return `__name__ of an /ingest profile may have letters, digits and _ . / -, found ${quote(bad[0])} in ${quote(value)}`;
      continue;
    }
    const fault = alloyNameFault(name);
    if (fault !== undefined) return clipped(fault);
    if (/[,}]/.test(value)) return `a value of an /ingest profile cannot hold , or }, found ${quote(value)} for ${name}`;
  }
  return labels.get('__name__') === undefined
    ? `an /ingest profile needs the label __name__, found ${clipped(labels.toString())}`
    : undefined;
}

/** Labels as a `name`: sorted, nothing quoted or escaped, because the grammar knows neither. */
export function formatIngestName(labels: Labels): string {
  const pairs: string[] = [];
  for (const { name, value } of labels) if (name !== '__name__') pairs.push(`${name}=${value}`);
  const app = labels.get('__name__') ?? '';
  return pairs.length === 0 && app !== '' ? app : `${app}{${pairs.join(',')}}`;
}

/** The complete query of an outgoing request: these labels as its `name`, everything else as it came. */
export function joinIngestQuery(rest: string, labels: Labels): string {
  const name = `name=${encodeURIComponent(formatIngestName(labels).toWellFormed())}`;
  return rest === '' ? name : `${name}&${rest}`;
}

/** One side of a pair as Go's url.QueryUnescape reads it; undefined when it drops the pair. */
function queryUnescape(text: string): string | undefined {
  if (/[;]|%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  if (!/[%+\x80-\uffff]/.test(text)) return text;
  // A request line is bytes, of which node makes one character each.
  const bytes = text.replaceAll('+', ' ').replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Where the pattern is found next, or the end of the text. */
function search(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** As Go's strings.TrimSpace: white space of Unicode, which is not quite what String.trim removes. */
function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charAt(from))) from++;
  while (to > from && isSpace(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

function isSpace(character: string): boolean {
  return /[\t-\r\x85\p{Z}]/u.test(character);
}

function quote(text: string): string {
  return JSON.stringify(clipped(text));
}

function clipped(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
