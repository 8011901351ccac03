import { readdirSync, readFileSync } from 'node:fs';

/** CPU time that the threads of a process have had so far, seconds, to the nanosecond; undefined where there is no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  try {
    let nanoseconds = 0;
    // The first number is the time spent on a CPU (kernel, Documentation/scheduler/sched-stats.rst); /proc/PID/stat counts in hundredths of a second.
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    }
    return nanoseconds / 1e9;
  } catch {
    return undefined;
  }
}

/** The most memory that a process ever had resident, bytes. */
export function peakBytesOf(pid: number): number | undefined {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
  } catch {
    return undefined;
  }
}
