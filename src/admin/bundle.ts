import { z } from 'zod';
import { StatusSchema } from './status-schema.ts';

/** GET /api/v1/bundle: what somebody who helps needs to see, in one file. Holds no secret, but names of services and tenants. */
export const BundleSchema = z.object({
  flamegate: z.object({ version: z.string(), node: z.string(), platform: z.string(), created: z.string() }),
  status: StatusSchema,
  config: z.string().describe('YAML, secrets hidden.'),
  metrics: z.string().describe('In the Prometheus text format.'),
  log: z.array(z.string()).describe('The last lines, oldest first, each a JSON object.'),
});

/** What GET /api/v1/bundle answers. */
export type Bundle = z.output<typeof BundleSchema>;

// Shorter than that, a secret may stand in a text by chance, and whoever has so short a one has none.
const shortestSecret = 4;

/** A bundle in which no text holds one of these secrets: a second guard behind those of the log and of the configuration. */
export function withoutSecrets(bundle: Bundle, secrets: readonly string[]): Bundle {
  const worth = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret).sort((a, b) => b.length - a.length);
  // As JSON would write it inside a string: a secret with a quote in it stands escaped in a line of the log.
  const forms = worth.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]);
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return forms.reduce((text, secret) => text.replaceAll(secret, '<secret>'), value);
    if (Array.isArray(value)) return value.map(clean);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), clean(inner)]));
  };
  return clean(bundle) as Bundle; // only texts have changed
}
