import { messageOf } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { CredentialsError } from './failure.ts';
import { FollowedFile } from './followed-file.ts';

/**
 * Reads a secret that stands in the configuration or in a file, without the blanks around it; '' when there is neither. Rejects with
 * CredentialsError when the file cannot be read: that is this attempt's failure, the next one looks again.
 */
export function secretReader(value: Secret | undefined, path: string | undefined, complaint: string): () => Promise<string> {
  if (path === undefined || path === '') return async () => value?.reveal() ?? '';
  const file = new FollowedFile(path);
  return async () => {
    try {
      return (await file.read()).trim();
    } catch (cause) {
      throw new CredentialsError(`${complaint}: ${messageOf(cause)}`, { cause });
    }
  };
}
