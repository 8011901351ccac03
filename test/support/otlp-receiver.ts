import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A span as it came by OTLP; ids in hex. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
}

/** An OTLP receiver over HTTP that keeps the spans. */
export interface OtlpReceiver {
  readonly url: string;
  /** Resolves with all spans so far as soon as the predicate holds for them. */
  spans(enough: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]>;
  /** Everything that came, as text of one byte a character: to look for what must not be there. */
  bytes(): string;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const waiting = new Set<() => void>();
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      bodies.push(...pieces);
      if (request.url === '/v1/traces') spans.push(...readSpans(Buffer.concat(pieces)));
      for (const look of waiting) look();
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bytes: () => Buffer.concat(bodies).toString('latin1'),
    spans: (enough) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!enough(spans)) return;
          waiting.delete(look);
          resolve(spans);
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** ExportTraceServiceRequest.resource_spans (1) . scope_spans (2) . spans (2): opentelemetry-proto trace/v1/trace.proto. */
function readSpans(body: Uint8Array): ReceivedSpan[] {
  return fields(body, 1).flatMap((resource) => fields(resource, 2).flatMap((scope) => fields(scope, 2).map(readSpan)));
}

function readSpan(span: Uint8Array): ReceivedSpan {
  const hex = (field: number): string => Buffer.from(fields(span, field)[0] ?? []).toString('hex');
  return { traceId: hex(1), spanId: hex(2), parentSpanId: hex(4), name: Buffer.from(fields(span, 5)[0] ?? []).toString() };
}

/** The length-delimited values of one field. */
function fields(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted && type === 2) found.push(reader.bytes());
    else reader.skip(type);
  }
  return found;
}
