import { readFileSync } from 'node:fs';

/** What a process has used up so far; undefined where there is no /proc. */
export interface Usage {
  /** User and system time of all its threads, seconds; the kernel counts in hundredths. */
  readonly cpuSeconds: number;
  /** The most memory it ever had resident. */
  readonly peakBytes: number;
}

const ticksPerSecond = 100;

/** Reads /proc/PID. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in brackets and may hold blanks; utime and stime are fields 14 and 15 (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peakKib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, peakBytes: Number(peakKib) * 1024 };
  } catch {
    return undefined;
  }
}
