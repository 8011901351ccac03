import type { Ink } from './ink.ts';
import { labelChanges } from './label-diff.ts';
import type { Labelled, Step } from './traced.ts';
import type { Arrival, Sent, Trace } from './trial.ts';

/** What became of a profile, for a reader. */
export function explainAsText(traces: readonly Trace[], ink: Ink): string {
  if (traces.length === 0) return 'no receiver feeds a pipeline: no profile is taken\n';
  return traces.map((trace) => explainOne(trace, ink)).join('\n');
}

function explainOne({ receiver, steps, arrivals, refusal }: Trace, ink: Ink): string {
  const lines = [`receiver ${receiver}`, ...steps.flatMap((step) => stepLines(step, ink))];
  if (refusal !== undefined) lines.push(ink.red(`refused: ${refusal.reason}: ${refusal.message}`));
  else if (arrivals.length === 0) lines.push(ink.red('goes nowhere: its sender is told 200'));
  for (const arrival of arrivals) lines.push(...arrivalLines(arrival, ink));
  return `${lines.join('\n')}\n`;
}

function stepLines({ pipeline, processor, before, outcome }: Step, ink: Ink): string[] {
  const head = `  ${pipeline} > ${processor}`;
  switch (outcome.kind) {
    case 'dropped':
      return [`${head}: ${ink.red(`dropped: ${outcome.reason}`)}`];
    case 'refused':
      return [`${head}: ${ink.red('refused')}`];
    case 'routed':
      return [`${head}: to ${outcome.to.join(', ')}`];
    case 'passed': {
      const changes = changeLines(before, outcome.after, ink);
      return changes.length === 0 ? [ink.dim(`${head}: unchanged`)] : [`${head}:`, ...changes.map((line) => `    ${line}`)];
    }
    default:
      throw new Error(`unreachable: ${outcome satisfies never}`);
  }
}

function changeLines(before: Labelled, after: Labelled, ink: Ink): string[] {
  const lines = labelChanges(before.labels, after.labels).flatMap((change) => [
    ...(change.before === undefined ? [] : [ink.red(`- ${change.name}=${JSON.stringify(change.before)}`)]),
    ...(change.after === undefined ? [] : [ink.green(`+ ${change.name}=${JSON.stringify(change.after)}`)]),
  ]);
  if (before.tenant === after.tenant) return lines;
  return [...lines, ink.red(`- tenant ${JSON.stringify(before.tenant)}`), ink.green(`+ tenant ${JSON.stringify(after.tenant)}`)];
}

function arrivalLines({ exporter, series, endpoints }: Arrival, ink: Ink): string[] {
  const tenant = series.tenant === '' ? '' : ` as tenant ${JSON.stringify(series.tenant)}`;
  return [
    ink.green(`exporter ${exporter} gets ${series.labels}${tenant}`),
    ...endpoints.map(({ name, url }) => `  endpoint ${name === undefined ? url : `${name} ${url}`}`),
  ];
}

/** The same as one JSON object. */
export function explainAsJson({ labels, tenant }: Sent, traces: readonly Trace[]): string {
  const ways = traces.map(({ receiver, steps, arrivals, refusal }) => ({
    receiver,
    steps: steps.map(({ pipeline, processor, before, outcome }) => ({
      pipeline,
      processor,
      before: before.labels,
      after: outcome.kind === 'passed' ? outcome.after.labels : outcome.kind === 'routed' ? before.labels : undefined,
      tenant: outcome.kind === 'passed' ? outcome.after.tenant : before.tenant,
      routed: outcome.kind === 'routed' ? outcome.to : undefined,
      dropped: outcome.kind === 'dropped' ? outcome.reason : undefined,
      refused: outcome.kind === 'refused' ? outcome.message : undefined,
    })),
    outputs: arrivals.map(({ exporter, series, endpoints }) => ({ exporter, labels: series.labels, tenant: series.tenant, endpoints })),
    dropped: steps.flatMap(({ pipeline, processor, outcome }) =>
      outcome.kind === 'dropped' ? [{ pipeline, processor, reason: outcome.reason }] : [],
    ),
    refused: refusal,
  }));
  return `${JSON.stringify({ labels, tenant, ways }, undefined, 2)}\n`;
}
