import { z } from 'zod';
import { AddressSchema } from '../core/address.ts';
import { ListenerTlsSchema } from '../net/server/schema.ts';

/** `service.admin`: the gateway's own endpoint. */
export const AdminSchema = z.strictObject({
  endpoint: AddressSchema.default('127.0.0.1:4041').describe(
    'Where /metrics, /-/healthy, /-/ready and the API are served: host:port, [::]:port or unix:/path.',
  ),
  token_file: z
    .string()
    .default('')
    .describe(
      'File with the token that /api and everything that changes something ask for (`Authorization: Bearer TOKEN`), one a line where there are several; read again when it changes. Without it they are served on a loopback address only. Health and /metrics ask for none.',
    ),
  tls: ListenerTlsSchema.optional().describe('Serves HTTPS with this certificate.'),
});

/** A checked `service.admin`. */
export type AdminConfig = z.output<typeof AdminSchema>;
