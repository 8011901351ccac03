/** Exit codes, as sysexits.h names them where it has one. */
export const exitCode = {
  /** Stopped as asked, nothing lost. */
  ok: 0,
  usage: 64,
  /** `queue verify` found damaged data. */
  damaged: 65,
  /** Cannot bind or reach. */
  unavailable: 69,
  bug: 70,
  /** Data directory locked or not writable. */
  directory: 73,
  io: 74,
  /** Stopped at the deadline with acknowledged records that were only in memory. */
  lost: 75,
  /** The configuration, a file that it names, or a Node that is too old. */
  config: 78,
} as const;

/** The exit code for what kept the gateway from starting: what an error says of itself, or what its system code means. */
export function exitCodeOf(why: unknown): number {
  if (!(why instanceof Error)) return exitCode.bug;
  if ('exitCode' in why && typeof why.exitCode === 'number') return why.exitCode;
  const code = 'code' in why && typeof why.code === 'string' ? why.code : '';
  if (/^(EADDRINUSE|EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN)$/.test(code)) return exitCode.unavailable;
  // A port below 1024 is EACCES of listen(), a directory is EACCES of open().
  if (code === 'EACCES' && 'syscall' in why && why.syscall === 'listen') return exitCode.unavailable;
  if (/^(EACCES|EPERM|EROFS)$/.test(code)) return exitCode.directory;
  if (/^(EIO|ENOSPC|EMFILE|ENFILE)$/.test(code)) return exitCode.io;
  return why.cause === undefined ? exitCode.bug : exitCodeOf(why.cause);
}
