import type { Io } from '../../src/cli/io.ts';

/** An Io that keeps what is printed, stdout and stderr in one. */
export function memoryIo(cwd: string, env: Readonly<Record<string, string>> = {}): { readonly io: Io; readonly printed: () => string } {
  const pieces: string[] = [];
  const writer = {
    isTty: false,
    write(piece: string) {
      pieces.push(piece);
    },
  };
  return { io: { stdout: writer, stderr: writer, env, cwd }, printed: () => pieces.join('') };
}
