/** One metric, as /metrics describes it. */
interface Described {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: ReadonlySet<string>;
}

/** docs/metrics.md, made from what /metrics of a running gateway says. */
export function metricsPage(exposition: string): string {
  const all = describe(exposition);
  const ofNode = all.filter(({ name }) => /^(nodejs|process)_/.test(name));
  const ours = all.filter((one) => !ofNode.includes(one));
  return `# Metrics

\`GET /metrics\` on the admin endpoint, in the Prometheus text format, or in OpenMetrics when the \`Accept\` header names it. Every series whose labels can be enumerated is there from the start, at 0.
This page is made from the help texts of a running gateway; a test says when it is stale.

What \`endpoint\` means: in \`flamegate_*\` the name of the endpoint, in \`pyroscope_write_*\` its URL, as Grafana Alloy has it. The books of an endpoint balance at any quiet point:
accepted + recovered = delivered + queued + dropped + dead-lettered.

| name | type | labels | what it says |
| --- | --- | --- | --- |
${ours.map(({ name, type, help, labels }) => `| \`${name}\` | ${type} | ${[...labels].join(', ')} | ${cell(help)} |`).join('\n')}

Of the process and of Node, by prom-client; which labels they have depends on what happens:

| name | type | what it says |
| --- | --- | --- |
${ofNode.map(({ name, type, help }) => `| \`${name}\` | ${type} | ${cell(help)} |`).join('\n')}
`;
}

function describe(exposition: string): Described[] {
  return exposition
    .split('# HELP ')
    .slice(1)
    .map((family) => {
      const [, name = '', help = '', type = '', samples = ''] = /^(\S+) (.*)\n# TYPE \S+ (\S+)\n?([\s\S]*)$/.exec(family) ?? [];
      const labels = [...samples.matchAll(/([a-z_]+)="/g)].map(([, label = '']) => label).filter((label) => label !== 'le');
      return { name, help, type, labels: new Set(labels) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
