import { z } from 'zod';
import { notInThisBuild } from '../core/later.ts';
import { levels } from '../core/levels.ts';
import { SecretSchema } from '../core/secret.ts';
import { DurationSchema } from '../core/units.ts';

const otlpShape = {
  endpoint: z
    .url({ protocol: /^https?$/, message: 'expected a URL that starts with http:// or https://' })
    .describe('Base URL of an OTLP receiver over HTTP; /v1/traces, /v1/metrics or /v1/logs is added unless it stands there.'),
  headers: z.record(z.string(), SecretSchema).default({}).describe('Headers sent with every export. Values are secrets.'),
};

const OtlpSchema = z.strictObject(otlpShape);
/** Where something goes by OTLP. */
export type OtlpConfig = z.output<typeof OtlpSchema>;

const MetricsOtlpSchema = z.strictObject({
  ...otlpShape,
  interval: DurationSchema.refine((ms) => ms >= 1000, 'expected at least 1s')
    .default(60_000)
    .describe('How often.'),
});

/** `service.telemetry`: what the gateway tells of itself. */
export const TelemetrySchema = z.strictObject({
  logs: z
    .strictObject({
      level: z.enum(levels).default('info').describe('The least severe level that is written.'),
      format: z
        .enum(['auto', 'json', 'logfmt', 'pretty'])
        .default('auto')
        .describe('How a line looks; auto is pretty on a terminal and json elsewhere.'),
      otlp: OtlpSchema.optional().describe('Where lines go as well as to stdout; without it they do not.'),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      otlp: MetricsOtlpSchema.optional().describe('Where metrics are sent as well as shown on /metrics; without it they are not.'),
      top_k: notInThisBuild('Metrics of the busiest tenants, services and agents.').optional(),
    })
    .prefault({}),
  traces: z
    .strictObject({
      otlp: OtlpSchema.optional().describe('Where spans go; without it none are made.'),
      sample_ratio: z
        .number()
        .min(0)
        .max(1)
        .default(0.01)
        .describe("Share of pushes that are traced, 0 to 1; a sender's own decision to trace counts before it."),
    })
    .prefault({}),
  profiles: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the gateway profiles itself; needs the package @pyroscope/nodejs.'),
      url: z
        .union([z.literal(''), z.url({ protocol: /^https?$/, message: 'expected a URL that starts with http:// or https://' })])
        .default('')
        .describe('Where its profiles go: a Pyroscope. Empty: through itself, by its first receiver of the type pyroscope.'),
    })
    .prefault({}),
});

/** A checked `service.telemetry`. */
export type TelemetryConfig = z.output<typeof TelemetrySchema>;
