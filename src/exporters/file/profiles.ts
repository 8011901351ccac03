import type { Labels } from '../../core/labels.ts';
import type { IngestPayload, PushPayload, Series } from '../../core/profile.ts';
import { bytesTag, concatBytes } from '../../wire/protobuf.ts';
import { WireReader } from '../../wire/wire-reader.ts';

/** One profile as a file will hold it. */
export interface StoredProfile {
  readonly tenant: string;
  readonly service: string;
  /** cpu, memory, ...; empty where only the body knows. */
  readonly type: string;
  /** With the dot in front: ".pb.gz". */
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/** The profiles of a series, each on its own: the samples of a push, the body of an /ingest or of an OTLP export. */
export function profilesOf({ tenant, labels, payload }: Series): StoredProfile[] {
  switch (payload.kind) {
    case 'push':
      return rawProfiles(payload).map((bytes) => ({ tenant, ...identity(labels), extension: isGzip(bytes) ? '.pb.gz' : '.pb', bytes }));
    case 'ingest': {
      const bytes = concatBytes(payload.body);
      return [{ tenant, service: serviceOf(labels), type: '', extension: ingestExtension(payload, bytes), bytes }];
    }
    case 'otlp':
      return [{ tenant, ...identity(labels), extension: '.otlp.pb', bytes: concatBytes(payload.body) }];
    default:
      throw new Error(`unreachable: ${payload satisfies never}`);
  }
}

function identity(labels: Labels): { readonly service: string; readonly type: string } {
  return { service: serviceOf(labels), type: labels.get('__name__') ?? '' };
}

/** Of a push `__name__` is the type, of an /ingest the application. */
function serviceOf(labels: Labels): string {
  return labels.get('service_name') ?? labels.get('__name__') ?? '';
}

/** The way Pyroscope decides what an /ingest body is, as far as a file name can tell it (pyroscope-wire section 2). */
function ingestExtension({ query, contentTypes }: IngestPayload, bytes: Uint8Array): string {
  const format = new URLSearchParams(query).get('format') ?? '';
  if (format === 'pprof') return isGzip(bytes) ? '.pb.gz' : '.pb';
  if (contentTypes.some((type) => type.includes('multipart/form-data'))) return '.multipart';
  return { jfr: '.jfr', trie: '.trie', tree: '.tree', speedscope: '.speedscope.json' }[format] ?? '.txt';
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const sampleTag = bytesTag(2);
const rawProfileTag = bytesTag(1);

/** raw_profile of every sample of a RawProfileSeries (push/v1/push.proto): a view where it lies in one piece. */
function rawProfiles({ fields }: PushPayload): Uint8Array[] {
  const reader = new WireReader(fields);
  const profiles: Uint8Array[] = [];
  while (reader.position < reader.sizeBytes) {
    const tag = reader.tag();
    if (tag === sampleTag) profiles.push(rawProfile(reader, reader.valueEnd(reader.sizeBytes)));
    else reader.skipValue(tag, reader.sizeBytes);
  }
  return profiles;
}

function rawProfile(reader: WireReader, end: number): Uint8Array {
  let raw = new Uint8Array();
  while (reader.position < end) {
    const tag = reader.tag();
    if (tag !== rawProfileTag) {
      reader.skipValue(tag, end);
      continue;
    }
    const valueEnd = reader.valueEnd(end);
    raw = new Uint8Array(reader.slice(reader.position, valueEnd));
    reader.skipTo(valueEnd);
  }
  return raw;
}
