import type { ExporterFactory } from '../../core/component.ts';
import { FileExporter } from './exporter.ts';
import { realFiles } from './files.ts';
import { FileExporterSchema } from './schema.ts';

/** Exporters of type `file`: profiles as files, for a look without Pyroscope. */
export const fileExporter: ExporterFactory<typeof FileExporterSchema> = {
  kind: 'exporter',
  type: 'file',
  schema: FileExporterSchema,
  create: (config, host) => new FileExporter(config, host, realFiles),
};
