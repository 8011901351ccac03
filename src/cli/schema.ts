import { configJsonSchema } from '../config/json-schema.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { vocabulary } from './vocabulary.ts';

/** `flamegate schema`: the JSON Schema of the YAML file, for editors. Resolves to 0. */
export async function runSchema(io: Io): Promise<number> {
  io.stdout.write(`${JSON.stringify(configJsonSchema(vocabulary), undefined, 2)}\n`);
  return exitCode.ok;
}
