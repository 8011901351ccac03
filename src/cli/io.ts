import { readFileSync } from 'node:fs';

/** Where a verb reads and writes: the process, or a test. */
export interface Io {
  readonly stdout: Writer;
  readonly stderr: Writer;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Everything that stands on standard input, read once and kept. Throws what reading throws. */
  readonly stdin?: (() => Uint8Array) | undefined;
}

/** Text goes here. */
export interface Writer {
  write(text: string): void;
  /** Somebody reads it on a terminal. */
  readonly isTty: boolean;
}

/** The process's own. */
export function processIo(): Io {
  const writer = (stream: NodeJS.WriteStream): Writer => ({
    write: (text) => void stream.write(text),
    isTty: stream.isTTY === true,
  });
  let given: Uint8Array | undefined;
  const stdin = (): Uint8Array => {
    given ??= readFileSync(0);
    return given;
  };
  return { stdout: writer(process.stdout), stderr: writer(process.stderr), env: process.env, cwd: process.cwd(), stdin };
}
