import { messageOf } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { CredentialsError } from './failure.ts';
import { FollowedFile } from './followed-file.ts';

/**
 * A secret that stands in the configuration, '' when there is none; or what reads it from its file, without the blanks around it, and rejects
 * with CredentialsError when the file cannot be read: that is this attempt's failure, the next one looks again.
 */
export function secretReader(value: Secret | undefined, path: string | undefined, complaint: string): string | (() => Promise<string>) {
  if (path === undefined || path === '') return value?.reveal() ?? '';
  const file = new FollowedFile(path);
  return async () => {
    try {
      return (await file.read()).trim();
    } catch (cause) {
      throw new CredentialsError(`${complaint}: ${messageOf(cause)}`, { cause });
    }
  };
}
