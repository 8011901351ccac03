import { follow } from '../../src/core/abort.ts';
import { createSource } from '../../src/discovery/create.ts';
import { type SourceConfig, SourceSchema } from '../../src/discovery/schema.ts';
import type { TargetLabels, TargetSource } from '../../src/discovery/source.ts';
import { createTestHost, type TestHost } from '../support/host.ts';

/** A source that runs until the test ends. */
export interface RunningSource {
  readonly host: TestHost;
  /** Every list that was told, in order. */
  readonly lists: readonly (readonly TargetLabels[])[];
  /** Resolves with the first list, of those told or yet to come from `from` on, for which it holds. */
  until(holds: (targets: readonly TargetLabels[]) => boolean, from?: number): Promise<readonly TargetLabels[]>;
  /** Resolves when the log has such a line. */
  warned(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

/** Runs a source as the configuration has it. */
export function runSource(
  config: unknown,
  host = createTestHost(),
  make: (config: SourceConfig, host: TestHost) => TargetSource = createSource,
): RunningSource {
  const lists: (readonly TargetLabels[])[] = [];
  const waiting = new Set<() => void>();
  const { controller } = follow();
  const log = host.log.warn;
  host.log.warn = (message, facts) => {
    log(message, facts);
    for (const look of waiting) look();
  };
  const ended = make(SourceSchema.parse(config), host).run((targets) => {
    lists.push(targets);
    for (const look of waiting) look();
  }, controller.signal);
  const wait = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    host,
    lists,
    until: (holds, from = 0) => wait(() => lists.slice(from).find(holds)),
    warned: (pattern) => wait(() => host.lines.map(({ facts }) => String(facts['reason'])).find((reason) => pattern.test(reason))),
    async stop() {
      controller.abort(new Error('the test is over'));
      await ended;
    },
  };
}

/** Their addresses. */
export function addresses(targets: readonly TargetLabels[]): string[] {
  return targets.map((target) => target['__address__'] ?? '').sort();
}
