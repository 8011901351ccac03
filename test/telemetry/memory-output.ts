import type { LogOutput } from '../../src/telemetry/log-output.ts';

/** Keeps what is logged, as text. */
export interface MemoryOutput extends LogOutput {
  readonly lines: string[];
  /** The lines as the objects they are in JSON. */
  readonly objects: Record<string, unknown>[];
}

export function createMemoryOutput(options: { terminal?: boolean; reads?: boolean } = {}): MemoryOutput {
  const lines: string[] = [];
  return {
    terminal: options.terminal ?? false,
    write(line) {
      if (options.reads === false) return false;
      lines.push(line);
      return true;
    },
    close: async () => {},
    lines,
    get objects() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}
