import { z } from 'zod';
import { components } from '../components.ts';
import { parseAlloy } from '../config/alloy/alloy.ts';
import { type Loaded, loadConfig } from '../config/load.ts';
import { httpClientShape, refineHttpClient } from '../net/client/schema.ts';
import type { Io } from './io.ts';
import { readVersion } from './version.ts';
import { vocabulary } from './vocabulary.ts';

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

const { url: _endpoints, ...clientShape } = httpClientShape;
/** What a component that is no endpoint may say of its HTTP client. */
const httpClient = z.strictObject(clientShape).superRefine(refineHttpClient);

/** Reads and checks it with the components of this build. */
export function loadSources({ files, sets, strict, secretsDir, queueDir }: Sources, io: Io): Loaded {
  const builds = (kind: 'receivers' | 'processors', type: string): boolean => components[kind].some((factory) => factory.type === type);
  return loadConfig({
    files,
    sets,
    env: io.env,
    stdin: io.stdin,
    ...vocabulary,
    alloy: (sources) => parseAlloy(sources, { env: io.env, strict, secretsDir, queueDir, builds, httpClient, version: readVersion() }),
  });
}
