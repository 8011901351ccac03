import { messageOf } from '../../../core/errors.ts';
import type { BlockReader } from '../block-reader.ts';
import type { World } from '../component.ts';
import type { Keys } from '../placed.ts';

/** Files of a TLS block, and what has to be in them. */
const files = { ca_file: 'CERTIFICATE', client_ca_file: 'CERTIFICATE', cert_file: 'CERTIFICATE', key_file: 'PRIVATE KEY' } as const;

/** As in Alloy a component whose certificates cannot be read is not started: unlike those of tokens, these files are read at once. */
export function checkTlsFiles(block: BlockReader, keys: Keys, world: World): void {
  for (const [name, wanted] of Object.entries(files)) {
    const path = keys[name]?.value;
    if (typeof path !== 'string') continue;
    const fault = faultOf(path, wanted, world);
    if (fault !== undefined)
      block.error(block.whereIs(name), `unable to use specified ${name.replace('_file', '')} file ${path}: ${fault}`);
  }
}

function faultOf(path: string, wanted: string, world: World): string | undefined {
  try {
    // "BEGIN RSA PRIVATE KEY" is one too.
    return new RegExp(`-----BEGIN (?:[A-Z0-9]+ )*${wanted}-----`).test(world.readFile(path))
      ? undefined
      : `no ${wanted.toLowerCase()} in PEM form in it`;
  } catch (why) {
    return messageOf(why);
  }
}
