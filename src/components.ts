import type { Registry } from './core/component.ts';
import { fileExporter } from './exporters/file/factory.ts';
import { pyroscopeExporter } from './exporters/pyroscope/factory.ts';
import { appName } from './processors/app-name.ts';
import { cardinality } from './processors/cardinality/factory.ts';
import { checkLabels } from './processors/check-labels.ts';
import { enrich } from './processors/enrich/factory.ts';
import { externalLabels } from './processors/external-labels.ts';
import { filter } from './processors/filter.ts';
import { labelDrop } from './processors/label-drop.ts';
import { rateLimit } from './processors/rate-limit/factory.ts';
import { relabel } from './processors/relabel/factory.ts';
import { route } from './processors/route.ts';
import { sample } from './processors/sample.ts';
import { serviceName } from './processors/service-name.ts';
import { tenant } from './processors/tenant.ts';
import { pyroscopeReceiver } from './receivers/pyroscope/factory.ts';
import { scrapeReceiver } from './receivers/scrape/factory.ts';

/** Every component of this build: the one list. */
export const components: Registry = {
  receivers: [pyroscopeReceiver, scrapeReceiver],
  processors: [
    labelDrop,
    externalLabels,
    relabel,
    filter,
    route,
    tenant,
    sample,
    rateLimit,
    cardinality,
    enrich,
    serviceName,
    appName,
    checkLabels,
  ],
  exporters: [pyroscopeExporter, fileExporter],
};
