import { z } from 'zod';
import { DurationSchema, SizeSchema } from '../../core/units.ts';

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const second = 1000;

/** Keys of `limits` that hold for any listener. */
export const limitsShape = {
  max_header_size: SizeSchema.default(16 * kibibyte).describe('Largest head of a request, all headers together; above it 431'),
  max_streams_per_connection: z.int().min(1).max(65_535).default(250).describe('HTTP/2 requests at once on one connection'),
  max_request_size: SizeSchema.default(64 * mebibyte).describe('Largest body as received; above it 413'),
  max_decompressed_size: SizeSchema.default(256 * mebibyte).describe('Largest body after decompression; above it 413'),
  max_in_flight: SizeSchema.default(256 * mebibyte).describe(
    'Bytes of requests held and not yet answered, reserved before a body is read; when they are used up 503 with Retry-After',
  ),
};

/** Keys of `timeouts` that hold for any listener. */
export const timeoutsShape = {
  header: DurationSchema.default(10 * second).describe('From the first byte of a request to the end of its head'),
  request: DurationSchema.default(60 * second).describe('From the first byte to the end of the body; the answer is not counted'),
  idle: DurationSchema.default(120 * second).describe('How long a connection may be silent between requests'),
};
