import { dirname } from 'node:path';
import { errorCode, type Files } from './files.ts';

/** Who may write in a directory and who this process is, for people who cannot use it: " (it belongs to uid 0 with mode 0755, ...)". Where the
 *  directory does not exist, the one above it that does is meant. */
export async function ownerOf(files: Files, dir: string): Promise<string> {
  const us = `this process runs as uid ${process.getuid?.() ?? 'unknown'}`;
  for (let place = dir; ; place = dirname(place)) {
    try {
      const { uid, mode } = await files.describe(place);
      const which = place === dir ? 'it' : `it does not exist, ${place} above it`;
      return ` (${which} belongs to uid ${uid} with mode ${mode.toString(8).padStart(4, '0')}, ${us})`;
    } catch (why) {
      if (errorCode(why) !== 'ENOENT' || dirname(place) === place) return ` (${us})`;
    }
  }
}
