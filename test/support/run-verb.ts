import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Io, Writer } from '../../src/cli/io.ts';
import type { Sources } from '../../src/cli/sources.ts';
import { directory } from '../config/fakes.ts';

export interface Given {
  readonly name?: string;
  readonly isTty?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Told of the directory that the file stands in. */
  readonly in?: (directory: string) => void;
  /** Beside the configuration, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs a verb over one file, which is called by its name alone in what it says. */
export async function runVerb(t: TestContext, verb: (sources: Sources, io: Io) => Promise<number>, text: string, given: Given = {}) {
  const { name = 'c.yaml', isTty = false } = given;
  const dir = directory(t, { ...given.files, [name]: text });
  given.in?.(dir);
  let stdout = '';
  let stderr = '';
  const writer = (append: (text: string) => void): Writer => ({ isTty, write: append });
  const io: Io = {
    stdout: writer((piece) => {
      stdout += piece;
    }),
    stderr: writer((piece) => {
      stderr += piece;
    }),
    env: given.env ?? {},
    cwd: dir,
  };
  const code = await verb({ files: [join(dir, name)], sets: [], strict: false, secretsDir: undefined, queueDir: undefined }, io);
  return { code, stdout: stdout.replaceAll(`${dir}/`, ''), stderr: stderr.replaceAll(`${dir}/`, '') };
}
