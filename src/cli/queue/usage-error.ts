import { exitCode } from '../exit-code.ts';

/** What was asked for cannot be done as it was asked. */
export class UsageError extends Error {
  readonly exitCode = exitCode.usage;

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
