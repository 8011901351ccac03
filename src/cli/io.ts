/** Where a verb reads and writes: the process, or a test. */
export interface Io {
  readonly stdout: Writer;
  readonly stderr: Writer;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
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
  return { stdout: writer(process.stdout), stderr: writer(process.stderr), env: process.env, cwd: process.cwd() };
}
