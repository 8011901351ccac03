import pino from 'pino';

/** Where log lines go. Never throws, never blocks the event loop, never ends the process. */
export interface LogOutput {
  /** Somebody reads it on a terminal. */
  readonly terminal: boolean;
  /** Takes a line, line feed included; false when it was dropped because nobody reads or the reader is too slow. */
  write(line: string): boolean;
  /** Resolves when everything is written, or when `deadline` aborts. Lines that come later are dropped. */
  close(deadline: AbortSignal): Promise<void>;
}

const maxPendingBytes = 4 * 2 ** 20; // lines that wait for a reader; above it they are dropped and counted

/**
 * A standard stream of this process. A pipe is written to by a thread of the pool, one write at a time: process.stderr itself would write
 * synchronously, so that a log shipper that stops reading stops the gateway (node process.md, "A note on process I/O").
 */
export function openLogOutput(name: 'stdout' | 'stderr'): LogOutput {
  surviveBrokenPipes();
  const stream = process[name];
  // With a minLength of 0 flush() would not wait for anything.
  const destination = pino.destination({ dest: stream.fd, sync: false, minLength: 1, maxLength: maxPendingBytes });
  let open = true;
  let dropped = false;
  destination.on('drop', () => {
    dropped = true;
  });
  destination.on('error', (why: NodeJS.ErrnoException) => {
    if (why.code === 'EPIPE') open = false; // the reader is gone for good; after anything else, a full disk say, the next line tries again
  });
  return {
    terminal: stream.isTTY === true,
    write(line) {
      if (!open) return false;
      dropped = false;
      destination.write(line);
      return !dropped;
    },
    async close(deadline) {
      if (!open) return;
      open = false;
      await new Promise<void>((resolve) => {
        destination.flush(() => resolve());
        if (deadline.aborted) resolve();
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
      destination.destroy(); // or the exit waits for a reader that never reads
    },
  };
}

/**
 * The reader of stdout or stderr may leave at any time. Node then emits 'error' on the stream, and without a listener that ends the process
 * (pinojs/pino#2351).
 */
function surviveBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
