/**
 * Prometheus text (version 0.0.4) as OpenMetrics 1.0: a counter's family is named without `_total` and its samples with it, no blank lines,
 * `# EOF` at the end. Done on the text because prom-client, asked for OpenMetrics, renames the counters of the registry for good: the next
 * reader of the other format gets them without `_total` (siimon/prom-client lib/registry.js, metrics()).
 */
export function toOpenMetrics(text: string): string {
  const lines: string[] = [];
  let counter: string | undefined;
  let help = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# HELP ')) {
      help = line; // printed with its TYPE, which says how the family is called
    } else if (line.startsWith('# TYPE ')) {
      const [, , name = '', type = ''] = line.split(' ');
      counter = type === 'counter' ? name : undefined;
      const family = type === 'counter' ? name.replace(/_total$/, '') : name;
      lines.push(`# HELP ${family}${help.slice('# HELP '.length + name.length)}`, `# TYPE ${family} ${type}`);
    } else if (line !== '') {
      lines.push(counter === undefined || counter.endsWith('_total') ? line : line.replace(counter, `${counter}_total`));
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}
