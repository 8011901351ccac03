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
