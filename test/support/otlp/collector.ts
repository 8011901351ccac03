import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import protobuf from 'protobufjs';

const protos = await protobuf.load(join(import.meta.dirname, 'collector.proto'));

/** A metric as it came. */
export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly monotonic: boolean;
  readonly points: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly bounds: readonly number[];
    readonly counts: readonly number[];
  }[];
}

/** A line of the log as it came. */
export interface ReceivedLine {
  readonly severity: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A stand-in for an OTLP receiver, which reads what arrives by the official messages. */
export interface Collector {
  readonly url: string;
  /** How it answers; 0: never. */
  status: number;
  /** Requests that came, answered or not. */
  readonly requests: number;
  /** Of each request in turn. */
  readonly metrics: readonly ReceivedMetric[][];
  readonly lines: readonly ReceivedLine[];
  /** Requests with spans that were taken. */
  readonly traceRequests: number;
  /** Resolves as soon as the predicate holds. */
  until(predicate: () => boolean): Promise<void>;
}

interface Point {
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
  readonly attributes?: readonly Pair[];
}
interface Pair {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly doubleValue?: number;
    readonly intValue?: number;
    readonly boolValue?: boolean;
  };
}

export async function openCollector(t: TestContext): Promise<Collector> {
  const metrics: ReceivedMetric[][] = [];
  const lines: ReceivedLine[] = [];
  const waiting = new Set<() => void>();
  const held: ServerResponse[] = [];
  let requests = 0;
  let traceRequests = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      requests += 1;
      if (collector.status === 0) held.push(response);
      else response.writeHead(collector.status).end();
      if (collector.status === 200 && request.url === '/v1/traces') traceRequests += 1;
      if (collector.status === 200 && request.url === '/v1/metrics') metrics.push(readMetrics(Buffer.concat(pieces)));
      if (collector.status === 200 && request.url === '/v1/logs') lines.push(...readLines(Buffer.concat(pieces)));
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const collector = {
    url: `http://127.0.0.1:${port}`,
    status: 200,
    get requests() {
      return requests;
    },
    get traceRequests() {
      return traceRequests;
    },
    metrics,
    lines,
    until: (predicate: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (!predicate()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
  return collector;
}

function decode(type: string, body: Uint8Array): unknown {
  const message = protos.lookupType(`otlp.${type}`);
  return message.toObject(message.decode(body), { longs: Number });
}

function readMetrics(body: Uint8Array): ReceivedMetric[] {
  interface Data {
    readonly dataPoints?: readonly Point[];
    readonly isMonotonic?: boolean;
    readonly aggregationTemporality?: number;
  }
  type Metric = { readonly name: string; readonly unit: string } & Partial<Readonly<Record<'gauge' | 'sum' | 'histogram', Data>>>;
  const request = decode('MetricsRequest', body) as { resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[] };
  const all = request.resourceMetrics.flatMap((resource) => resource.scopeMetrics.flatMap((scope) => scope.metrics));
  return all.map((metric) => {
    const kind = metric.histogram ? 'histogram' : metric.sum ? 'sum' : 'gauge';
    const data = metric[kind];
    return {
      name: metric.name,
      unit: metric.unit,
      kind,
      monotonic: data?.isMonotonic === true,
      points: (data?.dataPoints ?? []).map((point) => ({
        labels: valuesOf(point.attributes) as Record<string, string>,
        value: point.asDouble ?? point.asInt ?? point.sum ?? 0,
        bounds: point.explicitBounds ?? [],
        counts: point.bucketCounts ?? [],
      })),
    };
  });
}

function readLines(body: Uint8Array): ReceivedLine[] {
  interface Line {
    readonly severityText: string;
    readonly body: Pair['value'];
    readonly attributes?: readonly Pair[];
  }
  const request = decode('LogsRequest', body) as { resourceLogs: { scopeLogs: { logRecords: Line[] }[] }[] };
  const all = request.resourceLogs.flatMap((resource) => resource.scopeLogs.flatMap((scope) => scope.logRecords));
  return all.map((line) => ({ severity: line.severityText, body: line.body.stringValue ?? '', attributes: valuesOf(line.attributes) }));
}

function valuesOf(pairs: readonly Pair[] = []): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, value.stringValue ?? value.doubleValue ?? value.intValue ?? value.boolValue]),
  );
}
