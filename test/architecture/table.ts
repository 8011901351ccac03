/** Who may use something: prefixes of paths below src/; '' is everybody. */
type Owners = readonly string[];

/** For each folder of src/, and each file that stands in src/ itself, what it may import besides itself. */
export const layers: Readonly<Record<string, Owners>> = {
  core: [],
  gen: [],
  wire: ['core', 'gen'],
  net: ['core'],
  telemetry: ['core'],
  config: ['core'],
  queue: ['core', 'wire'],
  // enrich discovers targets, asks for them by HTTP and follows a file; tenant ids have one rule, which receiving has
  processors: ['core', 'wire', 'net', 'discovery'],
  discovery: ['core', 'net'],
  receivers: ['core', 'gen', 'wire', 'net', 'discovery'],
  exporters: ['core', 'wire', 'net', 'queue'],
  service: ['core', 'config'],
  admin: ['core', 'config', 'net', 'service'],
  'components.ts': ['core', 'receivers', 'processors', 'exporters'],
  cli: ['core', 'gen', 'wire', 'net', 'queue', 'config', 'telemetry', 'service', 'admin', 'components.ts'],
  'main.ts': ['cli'],
  // the npm package as a library
  'index.ts': ['cli', 'config', 'service', 'telemetry'],
  'bin.cjs': ['main.ts'],
};

/** Folders whose entries are components that never import one another. */
export const siblings = ['receivers', 'processors', 'exporters'];

/** Who may import a package. */
export const packages: Readonly<Record<string, Owners>> = {
  zod: [''],
  re2js: ['core/regex.ts'],
  undici: ['net/client/'],
  '@grpc/grpc-js': ['net/client/'],
  oauth4webapi: ['net/client/'],
  bcryptjs: ['net/server/bcrypt-worker.ts'],
  '@connectrpc/connect': ['receivers/', 'cli/sink'],
  '@connectrpc/connect-node': ['receivers/', 'cli/sink'],
  '@bufbuild/protobuf': ['gen/', 'receivers/', 'cli/sink'],
  protobufjs: ['gen/', 'wire/pprof.ts', 'wire/otlp.ts'],
  '@nats-io/transport-node': ['queue/jetstream.ts'],
  '@nats-io/jetstream': ['queue/jetstream.ts'],
  yaml: ['config/yaml', 'discovery/'],
  commander: ['cli/'],
  pino: ['telemetry/'],
  'prom-client': ['telemetry/'],
  '@opentelemetry/api': ['telemetry/'],
  '@opentelemetry/core': ['telemetry/'],
  '@opentelemetry/exporter-trace-otlp-proto': ['telemetry/'],
  '@opentelemetry/otlp-transformer': ['telemetry/'],
  '@opentelemetry/resources': ['telemetry/'],
  '@opentelemetry/sdk-metrics': ['telemetry/'],
  '@opentelemetry/sdk-trace': ['telemetry/'],
  '@pyroscope/nodejs': ['cli/demo/app.ts', 'telemetry/'],
};

/** Packages whose types are for everybody. */
export const typesForAll = ['@opentelemetry/api'];

const network = ['net/', 'cli/sink'];

const files = [
  'queue/disk/files.ts',
  'exporters/file/',
  'config/',
  'discovery/files.ts',
  'net/watched.ts',
  'net/client/followed-file.ts',
  'net/client/trust.ts',
  'net/server/unix-socket.ts',
  'cli/',
  'bin.cjs',
];

/** Who may use a module of Node's; their types are for everybody. */
export const builtins: Readonly<Record<string, Owners>> = {
  buffer: [''],
  crypto: [''],
  path: [''],
  url: [''],
  util: [''],
  zlib: [''],
  stream: network,
  events: ['net/', 'cli/'],
  http: [...network, 'cli/healthcheck.ts'],
  http2: network,
  https: network,
  net: [...network, 'cli/demo/free-port.ts'],
  tls: network,
  dns: ['net/client/'],
  'dns/promises': ['net/client/'],
  fs: files,
  'fs/promises': files,
  sqlite: ['queue/disk/lock.ts'],
  os: ['cli/', 'config/alloy/', 'net/client/user-agent.ts'],
  module: ['net/client/user-agent.ts', 'bin.cjs'],
  child_process: ['cli/'],
  worker_threads: ['net/server/bcrypt-'],
  'timers/promises': ['cli/demo/app.ts'],
  'readline/promises': ['cli/'],
};

/** Time and chance come from the host, so that tests own them. Who may use what everybody else is given. */
export const globals: Readonly<Record<string, Owners>> = {
  'Date.now': ['core/clock.ts'],
  'new Date()': ['core/clock.ts'],
  'performance.now': ['core/clock.ts', 'cli/demo/app.ts'],
  'process.hrtime': [],
  setTimeout: ['core/clock.ts', 'cli/demo/app.ts'],
  setInterval: ['cli/demo/app.ts'],
  'Math.random': ['cli/gateway.ts', 'cli/demo/app.ts'],
  'AbortSignal.any': [],
  'AbortSignal.timeout': [],
};

/** Written by generators: layers count, style does not. */
export const generated = 'gen/';

/** What stands in src/ only once it is built, and so cannot be looked at here: `bin.cjs` of the npm package runs it. */
export const built = '../dist/main.js';

/** Lines. */
export const longestFile = 400;
