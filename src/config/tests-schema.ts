import { z } from 'zod';
import { DurationSchema, SizeSchema } from '../core/units.ts';

const LabelsSchema = z.record(z.string(), z.string());

const OutputSchema = z.strictObject({
  labels: LabelsSchema.optional().describe('Exactly these labels.'),
  tenant: z.string().optional().describe('Stored under this tenant.'),
});

const ExpectSchema = z.strictObject({
  to: z.array(z.string()).optional().describe('The exporters that it reaches, in any order. Left out with `dropped` or `refused`: none.'),
  ...OutputSchema.shape,
  outputs: z.record(z.string(), OutputSchema).default({}).describe('What differs from exporter to exporter.'),
  dropped: z.string().optional().describe('The reason why a processor drops it, on one of its ways: filtered, relabeled and so on.'),
  refused: z.string().optional().describe('The reason that its sender is told: rate, labels, …'),
});
/** What must become of a profile. */
export type ExpectConfig = z.output<typeof ExpectSchema>;

const ProfileSchema = z.strictObject({
  labels: LabelsSchema.describe('As the sender gives them.'),
  tenant: z.string().default('').describe('The tenant that its sender names.'),
  as: z.enum(['push', 'ingest']).default('push').describe('The way it comes.'),
  file: z.string().optional().describe('A file with the profile itself, from the working directory; without it some bytes of `size`.'),
  size: SizeSchema.default(1024).describe('Bytes of the profile.'),
  after: DurationSchema.default(0).describe('How long after the profile before it.'),
  expect: ExpectSchema.describe('What must become of it.'),
});
/** One profile of a test. */
export type TestProfileConfig = z.output<typeof ProfileSchema>;

const TestSchema = z.strictObject({
  name: z.string().describe('What is said of it.'),
  receiver: z.string().optional().describe('Where the profiles come in; need not be said where there is one receiver.'),
  profiles: z.array(ProfileSchema).min(1).describe('One after the other, through processors that know nothing of other tests.'),
});
/** One test. */
export type TestConfig = z.output<typeof TestSchema>;

/** `tests`: what `flamegate test` runs. */
export const testsSchema = z
  .array(TestSchema)
  .default([])
  .describe('Profiles and what must become of them: the cases of `flamegate test`. Nothing of it is in force while the gateway runs.');
