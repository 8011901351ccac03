import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { errorsOf, read, told, treeOf } from './support.ts';

const out = 'pyroscope.write "out" {\n  endpoint {\n    url = "http://up:4040"\n  }\n}\n';
const intoOut = 'forward_to = [pyroscope.write.out.receiver]';

test('makes of a writer an exporter and the pipeline of its label steps', () => {
  const tree = treeOf(
    'pyroscope.write "out" {\n  endpoint {\n    url = "http://up:4040"\n  }\n  external_labels = {env = "prod", n = 7}\n}\n',
  );
  assert.deepEqual(tree, {
    processors: {
      app_name: {},
      check_labels: { rules: 'alloy' },
      label_drop: { ingest: 'keep' },
      'external_labels/out': { labels: { env: 'prod', n: '7' } },
    },
    exporters: {
      'pyroscope/out': { compatibility: 'alloy', ack: 'delivered', queue: { type: 'memory' }, endpoints: [{ url: 'http://up:4040' }] },
    },
    service: {
      pipelines: {
        'write/out': { processors: ['app_name', 'check_labels', 'label_drop', 'external_labels/out'], exporters: ['pyroscope/out'] },
      },
    },
  });
});

test('makes of a receiver one that infers service names and hands every profile to all it names, twice when named twice', () => {
  const text = `${out}pyroscope.receive_http "in" {\n  forward_to = [pyroscope.write.out.receiver, null, pyroscope.write.out.receiver]\n}\n`;
  const value = treeOf(text) as { receivers: unknown; service: { pipelines: Record<string, unknown> } };
  assert.deepEqual(value.receivers, {
    'pyroscope/in': { compatibility: 'alloy', endpoint: '[::]:8080', conn_limit: 16384, tenant: { forward: false } },
  });
  assert.deepEqual(value.service.pipelines['receive_http/in'], {
    receivers: ['pyroscope/in'],
    processors: ['service_name'],
    pipelines: ['write/out', 'write/out'],
  });
});

test('knows every key of an endpoint under its own name', () => {
  const endpoint = `url = "http://up:4040"
    name = "main"
    remote_timeout = "1m30s"
    debug_info_upload_timeout = "2m"
    headers = {"X-Scope-OrgID" = "squad"}
    min_backoff_period = "10ms"
    max_backoff_period = "1.5s"
    max_backoff_retries = "3"
    retry_on_http_429 = false
    bearer_token = "t"
    proxy_url = "http://proxy:3128"
    no_proxy = "a,b"
    proxy_connect_header = {"X-A" = ["1", "2"]}
    follow_redirects = false
    enable_http2 = false
    http_headers = {"X-B" = ["3"]}
    basic_auth { username = "u" }
    authorization { type = "T" }
    oauth2 {
      client_id = "i"
      scopes = ["a"]
      endpoint_params = {p = "q"}
      tls_config { server_name = "s" }
    }
    tls_config {
      ca_pem = "c"
      insecure_skip_verify = true
      min_version = "TLS13"
    }`;
  const tree = treeOf(
    `pyroscope.write "out" {\n  endpoint {\n    ${endpoint}\n  }\n  tracing {\n    jaeger_propagator = false\n  }\n}`,
  ) as {
    exporters: Record<string, { endpoints: unknown[]; tracing: unknown }>;
  };
  const exporter = tree.exporters['pyroscope/out'];
  assert.deepEqual(exporter?.tracing, { jaeger_propagator: false });
  assert.deepEqual(exporter?.endpoints, [
    {
      url: 'http://up:4040',
      name: 'main',
      remote_timeout: '1m30s',
      debug_info_upload_timeout: '2m',
      headers: { 'X-Scope-OrgID': 'squad' },
      min_backoff_period: '10ms',
      max_backoff_period: '1s500ms',
      max_backoff_retries: 3,
      retry_on_http_429: false,
      bearer_token: 't',
      follow_redirects: false,
      enable_http2: false,
      http_headers: { 'X-B': ['3'] },
      proxy_url: 'http://proxy:3128',
      no_proxy: 'a,b',
      proxy_connect_header: { 'X-A': ['1', '2'] },
      basic_auth: { username: 'u' },
      authorization: { type: 'T' },
      oauth2: { client_id: 'i', scopes: ['a'], endpoint_params: { p: 'q' }, tls_config: { server_name: 's' } },
      tls_config: { ca_pem: 'c', insecure_skip_verify: true, min_version: 'TLS13' },
    },
  ]);
});

test('takes what Alloy takes: negative durations as none, negative attempts, empty texts as not written, one name twice', () => {
  const tree = treeOf(`pyroscope.write "out" {
  endpoint {
    url = "a"
    name = "n"
    remote_timeout = "-1s"
    max_backoff_retries = -1
    bearer_token = ""
  }
  endpoint {
    url = "b"
    name = "n"
  }
}`) as { exporters: Record<string, { endpoints: unknown[] }> };
  assert.deepEqual(tree.exporters['pyroscope/out']?.endpoints, [
    { url: 'a', name: 'n', remote_timeout: '0s', max_backoff_retries: -1 },
    { url: 'b', name: 'n' },
  ]);
});

test('puts the queues on disk when asked to, and warns of attempts that would then end a delivery', () => {
  const { tree, problems } = read('pyroscope.write "out" {\n  endpoint {\n    url = "a"\n    max_backoff_retries = 10\n  }\n}', {
    queueDir: '/q',
  });
  const value = tree?.value as { exporters: Record<string, { ack: string; queue: unknown }> };
  assert.deepEqual(value.exporters['pyroscope/out']?.ack, 'durable');
  assert.deepEqual(value.exporters['pyroscope/out']?.queue, { type: 'disk', dir: '/q/pyroscope/out' });
  assert.match(told(problems).join(), /^warning 4:5 .*dead letter after so many attempts/);
});

test('takes the http block of a receiver over', () => {
  const text = `pyroscope.receive_http "in" {
  forward_to = []
  http {
    listen_address = "::1"
    listen_port = "4040"
    conn_limit = -1
    server_read_timeout = "5s"
    server_idle_timeout = "1m"
    http2 {
      enabled = true
      max_concurrent_streams = 50
    }
    tls {
      cert_file = "c.pem"
      key_file = "k.pem"
      client_ca_file = "c.pem"
      client_auth_type = "RequireAndVerifyClientCert"
      min_version = "VersionTLS13"
    }
  }
}`;
  const files = { 'c.pem': '-----BEGIN CERTIFICATE-----', 'k.pem': '-----BEGIN RSA PRIVATE KEY-----' };
  const tree = treeOf(text, { files }) as { receivers: Record<string, unknown> };
  assert.deepEqual(tree.receivers['pyroscope/in'], {
    compatibility: 'alloy',
    endpoint: '[::1]:4040',
    conn_limit: 0,
    timeouts: { header: '5s', request: '5s', idle: '1m' },
    limits: { max_streams_per_connection: 50 },
    tls: { cert_file: 'c.pem', key_file: 'k.pem', client_ca_file: 'c.pem', client_auth: 'require_and_verify', min_version: 'TLS13' },
    tenant: { forward: false },
  });
});

test('refuses half a TLS configuration, keys that it cannot express, and files that are not there or hold another thing', () => {
  const tls = (lines: string): string[] =>
    errorsOf(`pyroscope.receive_http "in" {\n  forward_to = []\n  http {\n    tls {\n${lines}\n}\n}\n}`, { files: { 'bad.pem': 'x' } });
  assert.match(tls('cert_file = "bad.pem"').join('\n'), /tls needs a certificate and a key: key_file is missing/);
  assert.match(tls('cert_file = "bad.pem"').join('\n'), /^5:1 .*cert file bad.pem: no certificate in PEM form in it/m);
  assert.match(tls('cert_file = "none.pem"').join('\n'), /^5:1 .*none.pem: ENOENT/m);
  assert.match(tls('cert_pem = "x"\nkey_pem = "y"').join('\n'), /^5:1 .*write it to a file and name that in cert_file/m);
  assert.match(tls('cipher_suites = "x"').join('\n'), /^5:1 .*cipher_suites has no counterpart/m);
  assert.match(tls('client_auth_type = "x"').join('\n'), /^5:20 .*unknown client_auth_type "x"/m);
  assert.deepEqual(tls(''), []);
});

test('warns at its place of each thing of a receiver that is not in force', () => {
  const { problems } = read(`pyroscope.receive_http "in" {
  forward_to = []
  graceful_shutdown_timeout = "1m"
  debug_info_upload_timeout = "1m"
  http {
    server_write_timeout = "1m"
    server_read_timeout = "0s"
    http2 {
      max_handlers = 5
    }
  }
  grpc {
    listen_port = 0
  }
}`);
  assert.deepEqual(
    told(problems).map((line) => line.replace(/ pyroscope.*/, '')),
    ['warning 3:3', 'warning 4:3', 'warning 6:5', 'warning 7:5', 'warning 9:7', 'warning 12:3'],
  );
});

test('reads relabelling, enriching and scraping in full, and says which of them the build does not have', () => {
  const text = `${out}pyroscope.relabel "r" {
  ${intoOut}
  max_cache_size = 5
  rule {
    source_labels = ["a", "b"]
    target_label = "c"
  }
  rule {
    action = "labeldrop"
    regex = "tmp_.*"
  }
}
pyroscope.enrich "e" {
  forward_to = [pyroscope.relabel.r.receiver]
  targets = discovery.relabel.d.output
  target_match_label = "s"
}
discovery.relabel "d" {
  targets = [{"__address__" = "a:1", s = "x"}]
  rule {
    action = "drop"
    regex = "y"
  }
}
pyroscope.scrape "s" {
  forward_to = [pyroscope.enrich.e.receiver]
  targets = array.concat(discovery.relabel.d.output, [{"__address__" = "b:2"}])
  scrape_interval = "1m"
  profiling_config {
    path_prefix = "/p"
    profile.memory {
      enabled = false
    }
    profile.custom "own" {
      enabled = true
      path = "/own"
    }
  }
}`;
  const { tree, problems, unavailable } = read(text);
  assert.deepEqual(told(problems), []);
  assert.deepEqual(
    told(unavailable).map((line) => line.replace(/ is not in.*/, '')),
    [
      '6:1 processors.relabel/r: pyroscope.relabel',
      '18:1 processors.enrich/e: pyroscope.enrich',
      '30:1 receivers.scrape/s: pyroscope.scrape',
    ],
  );
  const value = tree?.value as Record<string, Record<string, unknown>>;
  const set = { targets: [{ __address__: 'a:1', s: 'x' }], rules: [{ regex: 'y', action: 'drop' }] };
  assert.deepEqual(value['processors']?.['relabel/r'], {
    rules: [
      { source_labels: ['a', 'b'], target_label: 'c' },
      { regex: 'tmp_.*', action: 'labeldrop' },
    ],
    max_cache_size: 5,
    target_names: 'legacy',
  });
  assert.deepEqual(value['processors']?.['enrich/e'], { targets: [set], match: { profile: 's', target: 's' } });
  assert.deepEqual(value['receivers']?.['scrape/s'], {
    targets: [{ __address__: 'b:2' }],
    discovery: [{ from: 'static', ...set, target_names: 'legacy' }],
    scrape_interval: '1m',
    profiling_config: { path_prefix: '/p', profiles: { memory: { enabled: false }, own: { enabled: true, path: '/own', delta: false } } },
  });
  const pipelines = value['service']?.['pipelines'] as Record<string, unknown>;
  assert.deepEqual(pipelines['scrape/s'], { receivers: ['scrape/s'], pipelines: ['enrich/e'] });
  assert.deepEqual(pipelines['enrich/e'], { processors: ['enrich/e'], pipelines: ['relabel/r'] });
  assert.deepEqual(read(text, { builds: () => true }).unavailable, []);
});

test('knows for each value where it was written and what it was read through', () => {
  const text = `local.file "t" {\n  filename = "t"\n}\n${out.replace('"http://up:4040"', 'sys.env("URL")\n    headers = {"X-A" = "a", X_B = local.file.t.content + "-x"}')}`;
  const { tree, foreign } = read(text, { env: { URL: 'http://u' }, files: { t: 'tenant' } });
  const endpoint = ['exporters', 'pyroscope/out', 'endpoints', 0];
  assert.deepEqual(tree?.place([...endpoint, 'url']), { source: 'config.alloy', line: 6, column: 11, through: 'sys.env("URL")' });
  assert.deepEqual(tree?.place([...endpoint, 'headers', 'X-A']), { source: 'config.alloy', line: 7, column: 24, through: undefined });
  assert.deepEqual(tree?.place([...endpoint, 'headers', 'X_B'])?.through, 'local.file.t.content');
  assert.deepEqual(tree?.place([...endpoint, 'headers', 'X_B'], 'key')?.column, 29);
  assert.deepEqual(tree?.place([...endpoint, 'remote_timeout'])?.line, 5);
  assert.deepEqual(foreign, [
    { written: 'local.file.t.content', value: 'tenant', yaml: '${file:t}' },
    { written: 'sys.env("URL")', value: 'http://u', yaml: '${URL:-}' },
  ]);
  assert.deepEqual(read('logging {\n  level = coalesce(sys.env("NONE"), "info")\n}').foreign, []);
});

test('reports every mistake of every component at once, in the order of the file', () => {
  const text = `pyroscope.write "a" {
  one = 1
  endpoint {
    name = true
    remote_timeout = 5
  }
}
pyroscope.wirte "b" {
}
pyroscope.receive_http "in" {
  forward_to = [pyroscope.write.a.nope, pyroscope.write.c.receiver, 1]
  http {
    listen_port = "x"
  }
}
x = 1
pyroscope.write "a" {
}
`;
  assert.deepEqual(
    errorsOf(text).map((line) => line.split(' ')[0]),
    ['2:3', '3:3', '4:12', '5:22', '8:1', '11:35', '13:19', '16:1', '17:1'],
  );
});

test('refuses an attribute twice, and a block that may stand once', () => {
  const text = 'pyroscope.write "a" {\n  external_labels = {}\n  external_labels = {}\n  tracing {\n  }\n  tracing {\n  }\n}';
  assert.deepEqual(errorsOf(text), [
    '3:3 pyroscope.write.a: attribute "external_labels" may only be provided once',
    '6:3 pyroscope.write.a: block "tracing" may only be specified once',
  ]);
});

test('names what was probably meant', () => {
  assert.match(
    errorsOf('pyroscope.wirte "b" {\n}').join(),
    /cannot find the definition of component name "pyroscope.wirte": did you mean "pyroscope.write"\?/,
  );
  assert.match(
    errorsOf('pyroscope.write "a" {\n  endpiont {\n  }\n}').join(),
    /unrecognized block name "endpiont": did you mean "endpoint"\?/,
  );
  assert.match(errorsOf('pyroscope.write "a" {\n  basic_auth {\n  }\n}').join(), /2:3 .*it belongs inside of an endpoint block/);
});

test('lists the writers there are where one is named that is not', () => {
  const text = `${out}pyroscope.receive_http "in" {\n  forward_to = [pyroscope.write.gone.receiver]\n}`;
  assert.deepEqual(errorsOf(text), [
    '7:17 pyroscope.receive_http.in.forward_to: component "pyroscope.write.gone.receiver" does not exist or is out of scope; pyroscope.write blocks here: pyroscope.write.out',
  ]);
});

test('takes a directory as one configuration, and names both places of what stands there twice', () => {
  const files = { 'a.alloy': `pyroscope.receive_http "in" {\n  ${intoOut}\n}\nlogging {\n}\n`, 'b.alloy': out };
  assert.deepEqual(errorsOf(files), []);
  assert.deepEqual(errorsOf({ ...files, 'c.alloy': 'logging {\n}' }), ['1:1 logging: block logging already declared at a.alloy:4:1']);
});

test('refuses cycles and self references, and goes on with the rest', () => {
  const relabel = (name: string, to: string): string =>
    `pyroscope.relabel "${name}" {\n  forward_to = [pyroscope.relabel.${to}.receiver]\n}\n`;
  assert.deepEqual(errorsOf(`${relabel('a', 'b')}${relabel('b', 'c')}${relabel('c', 'a')}${relabel('d', 'd')}x = 1`), [
    '1:1 pyroscope.relabel.a: cycle: pyroscope.relabel.a, pyroscope.relabel.b, pyroscope.relabel.c',
    '10:1 pyroscope.relabel.d: self reference: pyroscope.relabel.d',
    '13:1 x: unrecognized attribute x: only blocks may stand here',
  ]);
});

test('says nothing of a component whose input is wrong itself', () => {
  const text = `local.file "t" {\n  filename = "gone"\n}\npyroscope.write "out" {\n  endpoint {\n    url = local.file.t.content\n  }\n}`;
  assert.deepEqual(errorsOf(text), ['2:3 local.file.t: failed to read file: ENOENT: no such file gone']);
});

test('keeps secrets out of texts, and reads those of Kubernetes from a directory', () => {
  const text = `remote.kubernetes.secret "s" {\n  namespace = "ns"\n  name = "n"\n}\n${out.replace('"http://up:4040"', 'convert.nonsensitive(remote.kubernetes.secret.s.data["url"])\n    bearer_token = remote.kubernetes.secret.s.data.token')}`;
  const files = { '/secrets/ns/n/url': 'http://k', '/secrets/ns/n/token': 'tok', '/secrets/ns/n/..data': 'no' };
  const tree = treeOf(text, { secretsDir: '/secrets', files }) as { exporters: Record<string, { endpoints: unknown[] }> };
  assert.deepEqual(tree.exporters['pyroscope/out']?.endpoints, [{ url: 'http://k', bearer_token: 'tok' }]);
  assert.match(errorsOf(text, { secretsDir: '/other' }).join(), /1:1 .*no directory \/other\/ns\/n/);
  assert.match(
    errorsOf(text.replace('convert.nonsensitive', ''), { secretsDir: '/secrets', files }).join(),
    /7:1[12] .*secrets may not be converted into strings/,
  );
});

test('asks for secrets of Kubernetes where they are used, and only where something of pyroscope.* uses them', () => {
  const secret = 'remote.kubernetes.secret "s" {\n  namespace = "ns"\n  name = "n"\n}\n';
  const used = out.replace('"http://up:4040"', '"http://up:4040"\n    bearer_token = remote.kubernetes.secret.s.data.token');
  assert.deepEqual(errorsOf(secret + used), [
    '8:20 pyroscope.write.out.endpoint.bearer_token: remote.kubernetes.secret.s cannot be read: Flamegate asks no Kubernetes; mount it as files and start with --secrets-dir DIR, where DIR/ns/n/KEY holds each key',
  ]);
  const computed = used.replace('.data.token', '.data["token"] + "x"');
  assert.match(errorsOf(secret + computed).join(), /^8:20 [^,]*start with --secrets-dir DIR[^,]*, where[^,]*$/);
  const foreign = 'loki.write "l" {\n  endpoint {\n    bearer_token = remote.kubernetes.secret.s.data.token\n  }\n}\n';
  assert.deepEqual(told(read(secret + out + foreign).problems), [
    'warning 1:1 remote.kubernetes.secret.s: remote.kubernetes.secret skipped: nothing of pyroscope.* uses it',
    'warning 10:1 loki.write.l: loki.write skipped: it is not part of Flamegate',
  ]);
});

test('knows the names that the components had when Pyroscope was Phlare', () => {
  assert.deepEqual(errorsOf('phlare.write "w" {\n}'), [
    '1:1 phlare.write.w: phlare.write is called pyroscope.write now: rename the block and what refers to it',
  ]);
  assert.match(errorsOf('phlare.nope "w" {\n}').join(), /cannot find the definition of component name "phlare.nope"/);
});

test('never repeats a secret that is of the wrong kind', () => {
  assert.doesNotMatch(errorsOf(out.replace('url', 'bearer_token = ["hunter2"]\n    url')).join(), /hunter2/);
});

test('skips other families with one warning each, evaluates nothing of them, and with --strict refuses them', () => {
  const text = `${out}loki.write "l" {\n  endpoint {\n    url = nope.nope(1 / 0)\n  }\n}\nlocal.file "unused" {\n  filename = "gone"\n}\n`;
  assert.deepEqual(told(read(text).problems), [
    'warning 6:1 loki.write.l: loki.write skipped: it is not part of Flamegate',
    'warning 11:1 local.file.unused: local.file skipped: nothing of pyroscope.* uses it',
  ]);
  assert.equal(errorsOf(text, { strict: true }).length, 2);
});

test('refuses what no Alloy has, and what pyroscope.* needs of other families', () => {
  assert.match(errorsOf('loki.wirte "l" {\n}').join(), /did you mean "loki.write"/);
  const text = `${out}discovery.docker "pods" {\n  host = "h"\n}\npyroscope.scrape "s" {\n  ${intoOut}\n  targets = discovery.docker.pods.targets\n}`;
  assert.deepEqual(told(read(text).problems), [
    '11:13 pyroscope.scrape.s.targets: discovery.docker.pods cannot be used: Flamegate finds targets by discovery.file, http, dns and kubernetes; write them as a list of maps, or to a file for discovery.file',
  ]);
});

test('applies logging and tracing, and refuses values that Alloy would', () => {
  const tree = treeOf('logging {\n  level = "debug"\n  format = "json"\n}\ntracing {\n  sampling_fraction = 2\n}');
  assert.deepEqual(tree, { service: { telemetry: { logs: { level: 'debug', format: 'json' }, traces: { sample_ratio: 1 } } } });
  assert.deepEqual(errorsOf('logging {\n  level = "loud"\n}'), [
    '2:11 logging.level: unrecognized log level "loud"; known: error, warn, info, debug',
  ]);
});

test('refuses blocks that would run something, by name', () => {
  for (const name of ['foreach', 'import.git', 'import.http', 'import.string'])
    assert.match(errorsOf(`${name} "x" {\n}`).join(), new RegExp(`^1:1 .*${name} is not in Flamegate`));
  assert.match(told(read('remotecfg {\n}\nlivedebugging {\n}').problems).join(), /warning 1:1 .*warning 3:1/);
});

test('checks the rules of a relabel component', () => {
  const rule = (lines: string): string => errorsOf(`pyroscope.relabel "r" {\n  forward_to = []\n  rule {\n    ${lines}\n  }\n}`).join();
  assert.match(rule(''), /requires 'target_label' value/);
  assert.match(rule('action = "hashmod"\n    target_label = "a"'), /requires non-zero modulus/);
  assert.match(rule('target_label = "a"\n    regex = "("'), /^5:13 .*invalid regular expression/);
  assert.match(rule('action = "labelmap"\n    modulus = -1'), /modulus.*should not be negative/);
  assert.equal(rule('action = "labelmap"\n    regex = "a"\n    replacement = "${1}_$name"'), '');
  assert.match(errorsOf('pyroscope.relabel "r" {\n  forward_to = []\n  max_cache_size = 0\n}').join(), /3:3 .*must be greater than 0/);
});

test('checks the HTTP client of a scrape by the rules of the client, where it is given them', () => {
  const httpClient = z.object({ bearer_token: z.undefined().optional() });
  const text = 'pyroscope.scrape "s" {\n  forward_to = []\n  targets = []\n  bearer_token = "t"\n}';
  assert.match(errorsOf(text, { httpClient }).join(), /^4:3 pyroscope.scrape.s: Invalid input/);
  assert.deepEqual(errorsOf(text), []);
});

test('takes targets that are found while the gateway runs, with the rules of every relabel on their way', () => {
  const text = `discovery.file "f" {
  files = ["/etc/t/*.json"]
}
discovery.kubernetes "k" {
  role = "pod"
  namespaces {
    names = ["a"]
  }
  selectors {
    role = "pod"
    label = "app=x"
  }
  selectors {
    role = "node"
  }
}
discovery.http "h" {
  url = "http://sd/"
  basic_auth {
    username = "u"
  }
}
discovery.dns "d" {
  names = ["n"]
  type = "A"
  port = 80
}
discovery.relabel "one" {
  targets = array.concat(discovery.file.f.targets, discovery.kubernetes.k.targets)
  rule {
    action = "labeldrop"
    regex = "x"
  }
}
discovery.relabel "two" {
  targets = array.concat(discovery.relabel.one.output, [{"__address__" = "w:1"}])
  rule {
    target_label = "t"
    replacement = "v"
  }
}
pyroscope.scrape "s" {
  forward_to = []
  targets = array.concat(discovery.relabel.two.output, discovery.http.h.targets, discovery.dns.d.targets)
}`;
  const { tree, problems } = read(text);
  assert.deepEqual(told(problems), []);
  const value = tree?.value as Record<string, Record<string, Record<string, unknown>>>;
  const one = { action: 'labeldrop', regex: 'x' };
  const two = { target_label: 't', replacement: 'v' };
  assert.deepEqual(value['receivers']?.['scrape/s']?.['targets'], []);
  assert.deepEqual(value['receivers']?.['scrape/s']?.['discovery'], [
    { from: 'static', targets: [{ __address__: 'w:1' }], rules: [two], target_names: 'legacy' },
    { from: 'file', files: ['/etc/t/*.json'], rules: [one, two], target_names: 'legacy' },
    {
      from: 'kubernetes',
      role: 'pod',
      namespaces: { names: ['a'] },
      selectors: [{ role: 'pod', label: 'app=x' }],
      rules: [one, two],
      target_names: 'legacy',
    },
    { from: 'http', url: 'http://sd/', basic_auth: { username: 'u' } },
    { from: 'dns', names: ['n'], type: 'A', port: 80 },
  ]);
  assert.match(
    errorsOf(
      'discovery.kubernetes "k" {\n  role = "node"\n}\npyroscope.scrape "s" {\n  forward_to = []\n  targets = discovery.kubernetes.k.targets\n}',
    ).join(),
    /^2:3 .*finds pods/,
  );
  const enrich =
    'discovery.file "f" {\n  files = ["t.json"]\n}\npyroscope.enrich "e" {\n  forward_to = []\n  targets = discovery.file.f.targets\n  target_match_label = "s"\n}';
  const enriching = read(enrich, { builds: () => true }).tree?.value as Record<string, Record<string, unknown>>;
  assert.deepEqual(enriching['processors']?.['enrich/e'], {
    discovery: [{ from: 'file', files: ['t.json'] }],
    match: { profile: 's', target: 's' },
  });
});

test('checks the times of a scrape', () => {
  const scrape = (lines: string): string => errorsOf(`pyroscope.scrape "s" {\n  forward_to = []\n  targets = []\n  ${lines}\n}`).join();
  assert.match(scrape('scrape_timeout = "0s"'), /scrape_timeout must be greater than 0/);
  assert.match(scrape('scrape_interval = "1s"'), /scrape_interval must be at least 2 seconds/);
  assert.match(scrape('delta_profiling_duration = "1s"'), /must be larger than 1 second/);
  assert.match(scrape('scrape_interval = "10s"'), /at least 1 second smaller than scrape_interval/);
  assert.equal(scrape('scrape_interval = "1s"\n  profiling_config {\n    profile.process_cpu {\n      enabled = false\n    }\n  }'), '');
  const clustered = 'pyroscope.scrape "s" {\n  forward_to = []\n  targets = []\n  clustering {\n    enabled = true\n  }\n}';
  assert.match(
    told(read(clustered).problems).join(),
    /^warning 5:5 .*clustering is not in Flamegate.*receivers\.scrape\/s\.shard\.index=I/,
  );
  assert.match(scrape('profiling_config {\n    profile.custom "" {\n    }\n  }'), /requires non-empty label/);
});

test("takes the example of Alloy's own page of pyroscope.write", () => {
  const { tree, problems, unavailable } = read(`pyroscope.write "staging" {
  // Send metrics to a locally running Pyroscope instance.
  endpoint {
    url = "http://pyroscope:4040"
    headers = {
      "X-Scope-OrgID" = "squad-1",
    }
  }
  external_labels = {
    "env" = "staging",
  }
}

pyroscope.scrape "default" {
  targets = [
    {"__address__" = "pyroscope:4040", "service_name"="pyroscope"},
    {"__address__" = "alloy:12345", "service_name"="alloy"},
  ]
  forward_to = [pyroscope.write.staging.receiver]
}
`);
  assert.ok(tree !== undefined);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    unavailable.map(({ path }) => path),
    ['receivers.scrape/default'],
  );
});
