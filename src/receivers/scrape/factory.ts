import type { ConfigFault, ReceiverFactory } from '../../core/component.ts';
import { credentialFaults, tlsFaults } from '../../net/client/check-files.ts';
import { ScrapeReceiver } from './receiver.ts';
import { ScrapeReceiverSchema } from './schema.ts';

/** `receivers: scrape`: profiles of applications that serve them, as those of Go do with net/http/pprof. */
export const scrapeReceiver: ReceiverFactory<typeof ScrapeReceiverSchema> = {
  kind: 'receiver',
  type: 'scrape',
  schema: ScrapeReceiverSchema,
  // A secret that cannot be read fails the scrapes that need it, as in Alloy.
  check: (config) => [...tlsFaults(config), ...credentialFaults(config).map((fault): ConfigFault => ({ ...fault, severity: 'warning' }))],
  create: (config, next, host) => new ScrapeReceiver(config, next, host),
};
