import { createHash } from 'node:crypto';
import type { Host } from '../core/component.ts';
import { Labels } from '../core/labels.ts';
import { compileRelabel, type Relabel } from '../core/relabel.ts';
import type { RelabelRule } from '../core/relabel-rule.ts';
import { Secret } from '../core/secret.ts';
import { createSource } from './create.ts';
import type { SourceConfig } from './schema.ts';
import type { TargetLabels } from './source.ts';

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  /** Undefined before the first answer. */
  targets: readonly TargetLabels[] | undefined;
}

/** Sources of targets that run. One that stays the same over a change of the configuration goes on, with what it has found. */
export class Discovery {
  readonly #changed: () => void;
  readonly #running = new Map<string, Running>();
  #wanted: readonly { readonly key: string; readonly relabel: Relabel }[] = [];

  /** `changed` is told when targets() may have changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Runs these sources and no others. */
  follow(sources: readonly SourceConfig[], host: Host): void {
    this.#wanted = sources.map((config) => ({ key: keyOf(config), relabel: compileRelabel(config.rules, config.target_names) }));
    const wanted = new Set(this.#wanted.map(({ key }) => key));
    for (const [key, running] of this.#running) {
      if (wanted.has(key)) continue;
      running.controller.abort(new Error('no longer configured'));
      this.#running.delete(key);
    }
    for (const config of sources) {
      const key = keyOf(config);
      if (!this.#running.has(key)) this.#start(key, config, host);
    }
  }

  /** Every target that is known now, relabelled; and whether each source has answered by now. */
  targets(): { readonly targets: readonly TargetLabels[]; readonly complete: boolean } {
    const found = this.#wanted.map(({ key, relabel }) => {
      const targets = this.#running.get(key)?.targets;
      return targets && relabelAll(targets, relabel);
    });
    return { targets: found.flatMap((targets) => targets ?? []), complete: found.every((targets) => targets !== undefined) };
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    this.#running.clear();
    for (const { controller } of running) controller.abort(new Error('the gateway stops'));
    await Promise.all(running.map(({ ended }) => ended));
  }

  #start(key: string, config: SourceConfig, host: Host): void {
    const controller = new AbortController();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const found = (targets: readonly TargetLabels[]): void => {
      running.targets = targets;
      this.#changed();
    };
    const ended = begun.then(() => createSource(config, host).run(found, controller.signal));
    const running: Running = { controller, ended, targets: undefined };
    this.#running.set(key, running);
    begin();
  }
}

/** The targets that the rules keep, with the labels that they make. */
export function relabelAll(targets: readonly TargetLabels[], relabel: Relabel): TargetLabels[] {
  return targets.flatMap((target) => {
    const labels = relabel(Labels.of(target));
    return labels === undefined ? [] : [labels.toJSON()];
  });
}

/** Compiles rules for relabelAll(). */
export function relabelOf(rules: readonly RelabelRule[]): Relabel {
  return compileRelabel(rules);
}

/** The same for what finds the same: rules are applied to it afterwards. Secrets count, and cannot be read out of it. */
function keyOf({ rules, target_names, ...config }: SourceConfig): string {
  return fingerprint(config);
}

/** A digest of a piece of configuration in which secrets count, and cannot be read. */
export function fingerprint(config: unknown): string {
  const text = JSON.stringify(config, function (this: Record<string, unknown>, key, value: unknown) {
    const raw = this[key]; // Secret.toJSON() has been called on `value` by now
    return raw instanceof Secret ? { secret: raw.reveal() } : value;
  });
  return createHash('sha256').update(text).digest('base64');
}
