import { z } from 'zod';
import { DurationSchema, formatSize, SizeSchema } from '../core/units.ts';

const mebibyte = 2 ** 20;
const minuteMs = 60_000;
/** Sixteen of the smallest segments. */
const smallestDiskBytes = mebibyte;

const diskSize = (description: string, defaultBytes: number) =>
  SizeSchema.refine((bytes) => bytes >= smallestDiskBytes, { error: `must be at least ${formatSize(smallestDiskBytes)} on disk` })
    .default(defaultBytes)
    .describe(description);

const maxAge = DurationSchema.default(55 * minuteMs).describe(
  'Counted from receipt; older profiles go to the dead letters with the reason "expired". Pyroscope refuses what is older than an hour.',
);
const deadMaxAge = DurationSchema.default(168 * 60 * minuteMs).describe('Older dead letters are deleted, counted from receipt.');

/** What both drivers have. */
const common = {
  max_age: maxAge,
  overflow: z
    .enum(['drop_oldest', 'refuse'])
    .default('drop_oldest')
    .describe('What a full queue does: forget the oldest profiles, or answer 503 until there is room.'),
  order: z.literal('fifo').default('fifo').describe('Oldest first.'),
  newest_first_share: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Share of sending that fresh profiles get while a backlog drains, 0 to 1. Cumulative profiles keep their turn.'),
  start: z.enum(['end', 'oldest']).default('end').describe('Where an endpoint that is new to the queue begins.'),
};

const MemoryQueueSchema = z.strictObject({
  type: z.literal('memory').default('memory').describe('memory: ends with the process. disk: survives it.'),
  max_size: SizeSchema.default(256 * mebibyte).describe('Bytes of the queue as a whole, whatever the number of endpoints.'),
  ...common,
  dead_letter: z
    .strictObject({
      max_size: SizeSchema.default(16 * mebibyte).describe('Bytes of the dead letters of one endpoint; the oldest go.'),
      max_age: deadMaxAge,
    })
    .prefault({})
    .describe('What was refused for good, judged poison or too old. With a memory queue it ends with the process.'),
});

const DiskQueueSchema = z.strictObject({
  type: z.literal('disk'),
  dir: z.string().min(1).describe('The directory of the queue. One process and one exporter at a time.'),
  max_size: diskSize('Bytes on disk of the queue as a whole, whatever the number of endpoints. Nothing is preallocated.', 2048 * mebibyte),
  ...common,
  fsync: z
    .enum(['group', 'interval', 'never'])
    .default('group')
    .describe('group: a push is answered after an fdatasync that it may share. interval: synced every second. never: left to the system.'),
  dead_letter: z
    .strictObject({
      max_size: diskSize('Bytes on disk of the dead letters of one endpoint; the oldest go.', 256 * mebibyte),
      max_age: deadMaxAge,
    })
    .prefault({})
    .describe('What was refused for good, judged poison or too old.'),
});

/** Reserved by the configuration's contract. */
const JetStreamQueueSchema = z.looseObject({ type: z.literal('jetstream') }).transform((_value, context): never => {
  context.addIssue({ code: 'custom', path: ['type'], message: 'jetstream is not in this build: use memory or disk' });
  return z.NEVER;
});

/** `queue:` of an exporter. */
export const QueueSchema = z.discriminatedUnion('type', [MemoryQueueSchema, DiskQueueSchema, JetStreamQueueSchema]).prefault({});

/** A queue's configuration, sizes in bytes and times in milliseconds. */
export type QueueConfig = z.output<typeof QueueSchema>;

/** A queue on disk. */
export type DiskQueueConfig = z.output<typeof DiskQueueSchema>;

/** A queue in memory. */
export type MemoryQueueConfig = z.output<typeof MemoryQueueSchema>;
