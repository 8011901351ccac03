import type { ExpectConfig } from '../../config/tests-schema.ts';
import { Labels } from '../../core/labels.ts';
import { labelChanges } from './label-diff.ts';
import type { Arrival, Trace } from './trial.ts';

/** One thing that is not as it was expected to be. */
export interface Difference {
  /** "exporter pyroscope/a: label env". */
  readonly what: string;
  /** Undefined: it should not be there. */
  readonly expected: string | undefined;
  /** Undefined: it is not there. */
  readonly found: string | undefined;
}

/** What of an expectation does not hold. */
export function compare(expected: ExpectConfig, { steps, arrivals, refusal }: Trace): Difference[] {
  const dropped = steps.flatMap(({ outcome }) => (outcome.kind === 'dropped' ? [outcome.reason] : []));
  const found = [...new Set(arrivals.map(({ exporter }) => exporter))].sort();
  const wanted = exportersOf(expected)?.toSorted();
  return [
    ...(refusal?.reason === expected.refused
      ? []
      : [{ what: 'refused', expected: expected.refused, found: refusal && `${refusal.reason}: ${refusal.message}` }]),
    ...(expected.dropped === undefined || dropped.includes(expected.dropped)
      ? []
      : [{ what: 'dropped', expected: expected.dropped, found: dropped.length === 0 ? undefined : dropped.join(', ') }]),
    ...(wanted === undefined || wanted.join() === found.join()
      ? []
      : [{ what: 'goes to', expected: listed(wanted), found: listed(found) }]),
    ...(expected.refused === undefined &&
    expected.dropped === undefined &&
    wanted === undefined &&
    found.length === 0 &&
    refusal === undefined
      ? [{ what: 'goes to', expected: 'some exporter', found: dropped.length === 0 ? undefined : `dropped: ${dropped.join(', ')}` }]
      : []),
    ...arrivals.flatMap((arrival) => differencesAt(expected, arrival)),
    ...Object.keys(expected.outputs)
      .filter((exporter) => !found.includes(exporter) && wanted?.includes(exporter) !== true)
      .map((exporter) => ({ what: 'goes to', expected: exporter, found: listed(found) })),
  ];
}

/** Undefined when nothing is said of them. */
function exportersOf({ to, dropped, refused, labels, tenant, outputs }: ExpectConfig): readonly string[] | undefined {
  if (to !== undefined) return to;
  const says = labels !== undefined || tenant !== undefined || Object.keys(outputs).length > 0;
  return (dropped !== undefined || refused !== undefined) && !says ? [] : undefined;
}

function listed(exporters: readonly string[]): string | undefined {
  return exporters.length === 0 ? undefined : exporters.join(', ');
}

function differencesAt(expected: ExpectConfig, { exporter, series }: Arrival): Difference[] {
  const { labels = expected.labels, tenant = expected.tenant } = expected.outputs[exporter] ?? {};
  const changes = labels === undefined ? [] : labelChanges(Labels.of(labels), series.labels);
  return [
    ...changes.map(({ name, before, after }) => ({
      what: `exporter ${exporter}: label ${name}`,
      expected: quoted(before),
      found: quoted(after),
    })),
    ...(tenant === undefined || tenant === series.tenant
      ? []
      : [{ what: `exporter ${exporter}: tenant`, expected: JSON.stringify(tenant), found: JSON.stringify(series.tenant) }]),
  ];
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text);
}
