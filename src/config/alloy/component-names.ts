/**
 * Components of Grafana Alloy by family (docs/sources/reference/components, 2026-08): a name outside of this list is a mistake in the file, not
 * something to skip.
 */
const families: Readonly<Record<string, string>> = {
  beyla: 'ebpf',
  database_observability: 'mysql postgres mssql sql_server',
  discovery:
    'aws azure consul consulagent digitalocean dns docker dockerswarm ec2 eureka file gce hetzner http ionos kubelet kubernetes kuma lightsail linode marathon nerve nomad openstack ovhcloud process puppetdb relabel scaleway serverset triton uyuni',
  faro: 'receiver',
  grafanacloud: 'database_observability.mysql',
  infinity: 'source',
  kafka: 'tenant_consumer tenant_producer tenant_prometheus_write',
  local: 'file file_match',
  loki: 'echo enrich process relabel rules.kubernetes secretfilter source.api source.awsfirehose source.azure_event_hubs source.cloudflare source.docker source.file source.gcplog source.gelf source.heroku source.journal source.kafka source.kubernetes source.kubernetes_events source.podlogs source.string source.syslog source.windowsevent write',
  mimir: 'alerts.kubernetes rules.kubernetes',
  'otelcol.auth': 'azure basic bearer google headers oauth2 sigv4',
  'otelcol.connector': 'count host_info servicegraph signaltometrics spanlogs spanmetrics',
  'otelcol.encoding': 'jsonlog text',
  'otelcol.exporter':
    'awss3 azureblob clickhouse datadog debug elasticsearch faro file googlecloud googlecloudpubsub kafka loadbalancing logging loki opensearch otlp otlphttp prometheus splunkhec syslog',
  'otelcol.extension': 'jaeger_remote_sampling',
  'otelcol.processor':
    'attributes batch cardinality_guardian cumulativetodelta deltatocumulative discovery filter groupbyattrs interval k8sattributes memory_limiter metric_start_time probabilistic_sampler redaction resourcedetection span sql_fingerprint tail_sampling transform',
  'otelcol.receiver':
    'awscloudwatch awsecscontainermetrics awsfirehose awss3 cloudflare datadog faro file_stats filelog fluentforward github googlecloudpubsub influxdb jaeger k8s_workloads kafka kubernetes_rollouts loki nginx opencensus otlp prometheus pyroscope sdlc solace splunkhec syslog tcplog vcenter zipkin',
  'otelcol.storage': 'file',
  prometheus: 'echo enrich mapping receive_http relabel remote.queue remote_write scrape static write.queue expose alertmanager.relay',
  'prometheus.exporter':
    'agent apache azure blackbox cadvisor catchpoint cloudwatch consul databricks dnsmasq elasticsearch gcp github ipmi kafka memcached mongodb mssql mysql nvidiagpu oracledb postgres process redis self smartctl snmp snowflake squid ssh static statsd tailscale unix windows',
  'prometheus.operator': 'podmonitors probes scrapeconfigs servicemonitors',
  pyroscope: 'ebpf enrich java receive_http relabel scrape write',
  remote: 'aws.secrets_manager http kubernetes.configmap kubernetes.secret s3 vault',
};

/** Every component that an Alloy may know: "loki.source.file". */
export const componentNames: ReadonlySet<string> = new Set(
  Object.entries(families).flatMap(([family, names]) => names.split(' ').map((name) => `${family}.${name}`)),
);

/** Blocks of a file that are no components. */
export const specialBlocks: ReadonlySet<string> = new Set([
  'argument',
  'declare',
  'export',
  'foreach',
  'http',
  'import.file',
  'import.git',
  'import.http',
  'import.string',
  'livedebugging',
  'logging',
  'remotecfg',
  'tracing',
]);
