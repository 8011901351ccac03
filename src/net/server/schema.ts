import { z } from 'zod';
import { DurationSchema, SizeSchema } from '../../core/units.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const second = 1000;

/** Keys of `limits` that hold for any listener. */
export const limitsShape = {
  max_connections: z.int().min(0).default(16_384).describe('Open connections; above it the oldest idle one is closed; 0: no limit'),
  max_connections_per_address: z
    .int()
    .min(0)
    .default(8192)
    .describe('The same for those of one address (an IPv6 network of 64 bits) that is none of trusted_proxies; 0: no limit'),
  max_header_size: SizeSchema.default(16 * kibibyte).describe('Largest head of a request, all headers together; above it 431'),
  max_streams_per_connection: z.int().min(1).max(65_535).default(250).describe('Requests at once on one connection, pipelined ones too'),
  max_request_size: SizeSchema.default(64 * mebibyte).describe('Largest body as received; above it 413'),
  max_decompressed_size: SizeSchema.default(256 * mebibyte).describe('Largest body after decompression; above it 413'),
  max_in_flight: SizeSchema.default(256 * mebibyte).describe(
    'Bytes of requests held and not yet answered, a small one counting as 16 KiB; what has come plus a step of 1 MiB at most is reserved. When they are used up the slowest bodies lose theirs, then 503 with Retry-After',
  ),
};

/** Keys of `timeouts` that hold for any listener. */
export const timeoutsShape = {
  header: DurationSchema.default(10 * second).describe('From the first byte of a request to the end of its head'),
  request: DurationSchema.default(60 * second).describe('From the first byte to the end of the body; the answer is not counted'),
  min_rate: SizeSchema.default(kibibyte).describe(
    'Slowest body, bytes per second on average, once it has lasted 5 s; slower is 408; 0: however slow',
  ),
  idle: DurationSchema.default(120 * second).describe('How long a connection may be silent between requests'),
};

const clientAuth = ['none', 'request', 'require', 'verify_if_given', 'require_and_verify'] as const;

/** `tls` of a listener. */
export const ListenerTlsSchema = z
  .strictObject({
    cert_file: z.string().min(1).describe('Certificate and its chain, PEM; read again when it changes'),
    key_file: z.string().min(1).describe('Its key, PEM; read again when it changes'),
    client_ca_file: z.string().min(1).optional().describe('Authorities of client certificates, PEM; read again when it changes'),
    client_auth: z
      .enum(clientAuth)
      .optional()
      .describe('What is asked of clients; default require_and_verify where client_ca_file is set, else none'),
    min_version: z.enum(['TLS10', 'TLS11', 'TLS12', 'TLS13']).default('TLS12').describe('Oldest version that is spoken'),
  })
  .superRefine(({ client_ca_file, client_auth }, context) => {
    const verifies = client_auth === 'verify_if_given' || client_auth === 'require_and_verify';
    if (verifies && client_ca_file === undefined) {
      context.addIssue({ code: 'custom', path: ['client_auth'], message: `${client_auth} needs client_ca_file` });
    }
    if (client_ca_file !== undefined && client_auth !== undefined && !verifies) {
      const message = `is not used with client_auth ${client_auth}: expected verify_if_given or require_and_verify`;
      context.addIssue({ code: 'custom', path: ['client_ca_file'], message });
    }
  })
  .transform((tls) => ({ ...tls, client_auth: tls.client_auth ?? (tls.client_ca_file === undefined ? 'none' : 'require_and_verify') }));

export type ListenerTlsConfig = z.output<typeof ListenerTlsSchema>;
