import http from 'node:http';
import { z } from 'zod';
import { parseAddress } from '../core/address.ts';
import { messageOf } from '../core/errors.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';

/** `flamegate healthcheck`. */
export interface HealthcheckOptions {
  /** host:port or unix:/path of the admin endpoint. */
  readonly admin: string;
  readonly timeoutMs: number;
}

/** It does not take profiles now, or does not answer: what Docker and other callers of a health check expect. */
const unhealthy = 1;
const ReasonsSchema = z.object({ reasons: z.array(z.string()) });

/** Asks GET /-/ready. Resolves to 0 when the answer is yes, to 1 with the reasons on stderr, or to 64 for an address that is none. */
export async function runHealthcheck({ admin, timeoutMs }: HealthcheckOptions, io: Io): Promise<number> {
  const address = parseAddress(admin);
  if (address === undefined) {
    io.stderr.write(`--admin: expected host:port or unix:/path, found ${JSON.stringify(admin)}\n`);
    return exitCode.usage;
  }
  // What listens on every address is asked on this machine's own.
  const where = address.kind === 'unix' ? { socketPath: address.path } : { host: own[address.host] ?? address.host, port: address.port };
  try {
    const { status, text } = await get({ ...where, path: '/-/ready', timeout: timeoutMs, agent: false });
    if (status === 200) return exitCode.ok;
    io.stderr.write(`not ready: ${reasonsIn(text) ?? `status ${status}`}\n`);
  } catch (why) {
    io.stderr.write(`${admin} does not answer: ${messageOf(why)}\n`);
  }
  return unhealthy;
}

const own: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

function get(options: http.RequestOptions): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${options.timeout} ms`)));
    request.on('error', reject);
  });
}

function reasonsIn(text: string): string | undefined {
  try {
    return ReasonsSchema.parse(JSON.parse(text)).reasons.join('; ');
  } catch {
    return undefined; // not a Flamegate that answers
  }
}
