import type { ProcessorFactory } from '../../src/core/component.ts';
import type { ProfileBatch, Series } from '../../src/core/profile.ts';
import { batchOf, labelsOf } from './batches.ts';
import { FakeClock } from './fake-clock.ts';
import { createTestHost } from './host.ts';

/** What became of a batch: the labels of what is left, and the reasons of what is not. */
export interface Outcome {
  readonly batch: ProfileBatch;
  readonly labels: readonly Readonly<Record<string, string>>[];
  readonly dropped: readonly string[];
}

/** A processor with a host of its own, whose clock stands still until it is told; for processors that never wait. */
export function createProcessor(factory: ProcessorFactory, settings: object) {
  const clock = new FakeClock();
  const host = createTestHost({ id: factory.type, clock });
  const processor = factory.create(factory.schema.parse(settings), host);
  const run = (...series: readonly Series[]): Outcome => {
    const dropped: string[] = [];
    const batch = processor.process(batchOf(...series), (_, reason) => void dropped.push(reason));
    if (batch instanceof Promise) throw new Error('expected a batch at once');
    return { batch, labels: labelsOf(batch), dropped };
  };
  return { clock, host, processor, run };
}
