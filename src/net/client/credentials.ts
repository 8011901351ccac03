import { messageOf } from '../../core/errors.ts';
import type { Secret } from '../../core/secret.ts';
import { CredentialsError } from './failure.ts';
import { FollowedFile } from './followed-file.ts';

/** The value of an (Proxy-)Authorization header of type Basic (RFC 7617). */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The same from the user-info of a URL; undefined when it has none. */
export function userInfoAuthorization(url: URL): string | undefined {
  const userInfo = decodedUserInfo(url);
  return userInfo && basicAuthorization(userInfo.username, userInfo.password);
}

/** User and password of a URL; undefined when it has none. */
export function decodedUserInfo({ username, password }: URL): { readonly username: string; readonly password: string } | undefined {
  return username === '' && password === '' ? undefined : { username: decode(username), password: decode(password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return text;
  }
}

/**
 * A secret that stands in the configuration, '' when there is none; or what reads it from its file, without the blanks around it, and rejects
 * with CredentialsError when the file cannot be read: that is this attempt's failure, the next one looks again.
 */
export function secretReader(value: Secret | undefined, path: string | undefined, complaint: string): string | (() => Promise<string>) {
  // A variable often ends in a line end, and no password does.
  if (path === undefined || path === '') return (value?.reveal() ?? '').replace(/[\r\n]+$/, '');
  const file = new FollowedFile(path);
  return async () => {
    try {
      return (await file.read()).trim();
    } catch (cause) {
      throw new CredentialsError(`${complaint}: ${messageOf(cause)}`, { cause });
    }
  };
}
