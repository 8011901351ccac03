import type { ReceiverFactory } from '../../core/component.ts';
import { ScrapeReceiver } from './receiver.ts';
import { ScrapeReceiverSchema } from './schema.ts';

/** `receivers: scrape`: profiles of applications that serve them, as those of Go do with net/http/pprof. */
export const scrapeReceiver: ReceiverFactory<typeof ScrapeReceiverSchema> = {
  kind: 'receiver',
  type: 'scrape',
  schema: ScrapeReceiverSchema,
  create: (config, next, host) => new ScrapeReceiver(config, next, host),
};
