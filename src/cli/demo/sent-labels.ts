import type { Labels } from '../../core/labels.ts';
import type { Origin, ProfileBatch } from '../../core/profile.ts';

/** Remembers with which labels each service sent, by looking at batches where they enter the graph. */
export class SentLabels {
  readonly #seen = new WeakSet<Origin>();
  readonly #byService = new Map<string, Labels>();

  /** Told of every batch at every node; the first node is the one before any processor. */
  note(batch: ProfileBatch): void {
    if (this.#seen.has(batch.origin)) return; // processors make new batches of the same origin
    this.#seen.add(batch.origin);
    for (const { labels } of batch.series) this.#byService.set(serviceOf(labels), labels);
  }

  /** Of the service that these labels, changed on the way, belong to. */
  of(arrived: Labels): Labels | undefined {
    return this.#byService.get(serviceOf(arrived));
  }
}

/** What Pyroscope calls the service: `service_name`, or on /ingest the name of the application. */
export function serviceOf(labels: Labels): string {
  return labels.get('service_name') ?? labels.get('__name__') ?? '';
}
