/** A directory that cannot be used as a queue: locked, not writable, of a later version. The process ends with `exitCode`. */
export class DirectoryError extends Error {
  readonly dir: string;
  /** EX_CANTCREAT of sysexits, as the contract has it. */
  readonly exitCode = 73;

  constructor(dir: string, message: string, options?: ErrorOptions) {
    super(`queue directory ${dir}: ${message}`, options);
    this.name = 'DirectoryError';
    this.dir = dir;
  }
}
