/** What stands in place of a secret. */
export const hidden = '<secret>';

/** Text with the user-info of a URL taken out: http://user:password@host -> http://<secret>@host. */
export function withoutUserInfo(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/i, `$1${hidden}@`);
}
