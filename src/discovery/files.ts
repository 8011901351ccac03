import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Files whose path matches: a pattern may have `*` in its last part, which stands for any text without a slash. Sorted; none when the
 *  directory is not there. */
export async function matchingFiles(pattern: string): Promise<string[]> {
  const name = basename(pattern);
  if (!name.includes('*')) return [pattern];
  const folder = dirname(pattern);
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((one) => matches(one, name.split('*')))
    .sort()
    .map((one) => join(folder, one));
}

/** Changes whenever the file does; undefined when there is none. */
export async function fileStamp(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && [found.ctimeNs, found.ino, found.mtimeNs, found.size].join();
}

/** Without a regular expression: a pattern of stars takes time linear in the name here. */
function matches(name: string, [first = '', ...rest]: readonly string[]): boolean {
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
