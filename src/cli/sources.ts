import { components } from '../components.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { TelemetrySchema } from '../telemetry/schema.ts';
import type { Io } from './io.ts';

/** Where a configuration comes from: the options that every verb that reads one has. */
export interface Sources {
  /** .yaml or .alloy files, or directories of either. */
  readonly files: readonly string[];
  /** `path=value`. */
  readonly sets: readonly string[];
  /** What is left out of an .alloy file is an error. */
  readonly strict: boolean;
  /** Where secrets of Kubernetes that an .alloy file names lie. */
  readonly secretsDir: string | undefined;
  /** Queues of an .alloy file on disk. */
  readonly queueDir: string | undefined;
}

/** Reads and checks it with the components of this build. */
export function loadSources({ files, sets }: Sources, io: Io): Loaded {
  return loadConfig({
    files,
    sets,
    env: io.env,
    registry: components,
    telemetry: TelemetrySchema,
    alloy: () => ({ tree: undefined, problems: [] }),
  });
}
