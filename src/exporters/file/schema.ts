import { z } from 'zod';
import { SizeSchema } from '../../core/units.ts';

/** Configuration of an exporter of type `file`. */
export const FileExporterSchema = z.strictObject({
  dir: z.string().min(1).describe('directory of the profiles, made when it is not there'),
  max_size: SizeSchema.default(2 ** 30).describe('size: bytes of all profiles together; the oldest go'),
});

/** A `file` exporter's configuration. */
export type FileExporterConfig = z.output<typeof FileExporterSchema>;
