import { chmod, lstat, unlink } from 'node:fs/promises';
import net from 'node:net';

// Whoever may connect may send: the user that the gateway runs as, and its group.
const mode = 0o660;

/** Lets the owner and the group of a socket that has just been bound connect to it. */
export function openToGroup(path: string): Promise<void> {
  return chmod(path, mode);
}

/**
 * Removes what a process left at this path when it was killed: a socket on which nobody listens. Resolves to why it stays, undefined when
 * it is gone.
 */
export async function removeStale(path: string): Promise<string | undefined> {
  const found = await lstat(path);
  if (!found.isSocket()) return 'a file of this name is there that is no socket';
  if (await isAlive(path)) return 'another process listens there';
  const now = await lstat(path);
  // Another process may have had the same thought, and be listening there since.
  if (now.ino !== found.ino || now.ctimeMs !== found.ctimeMs) return 'another process has just begun to listen there';
  await unlink(path);
  return undefined;
}

/** Only a refused connection says that nobody is there: all else may be somebody that we are not to disturb. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(path);
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', (why: NodeJS.ErrnoException) => resolve(why.code !== 'ECONNREFUSED' && why.code !== 'ENOENT'));
  });
}
