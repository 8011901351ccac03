import { z } from 'zod';

/** Where a listener binds: a host and port, or a path for a unix socket. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** The largest port there is. */
export const largestPort = 65_535;

/** "127.0.0.1:4040", "[::]:4040", "localhost:0", "unix:/run/flamegate.sock"; undefined when it is none of these. */
export function parseAddress(text: string): Address | undefined {
  if (text.startsWith('unix:')) return text.length > 5 ? { kind: 'unix', path: text.slice(5) } : undefined;
  const parts = /^(?:\[([0-9A-Fa-f:.%a-z]+)\]|([^[\]:/*\s]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  return host === undefined || port > largestPort ? undefined : { kind: 'tcp', host, port };
}

/** The same form, of a socket that is bound. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address to listen on, checked; stays as the user wrote it. */
export const AddressSchema = z.string().superRefine((text, context) => {
  if (parseAddress(text) !== undefined) return;
  const message = `expected host:port, [::]:port or unix:/path, found ${JSON.stringify(text)}${adviceFor(text)}`;
  context.addIssue({ code: 'custom', message });
});

/** ": write 0.0.0.0:4040 …" for what was probably meant; empty when that cannot be told. */
function adviceFor(text: string): string {
  const digits = /(?:^|[:\]])(\d+)$/.exec(text)?.[1] ?? '';
  if (Number(digits) > largestPort) return `: a port is at most ${largestPort}`;
  if (/^[a-z+]+:\/\//i.test(text)) return ': write it without the scheme and without a path';
  if (/^(?:\*?:)?\d+$/.test(text))
    return `: write 0.0.0.0:${digits} for all addresses of this machine, 127.0.0.1:${digits} for this machine alone`;
  const bare = /^([0-9a-f:]*::?[0-9a-f:]*):(\d+)$/i.exec(text);
  if (bare !== null && text.split(':').length > 2) return `: write [${bare[1]}]:${bare[2]}`;
  return /^[\w.-]+$/.test(text) ? `: the port is missing, write ${text}:PORT` : '';
}

/** Whether only this machine reaches an endpoint. */
export function isLoopback(endpoint: string): boolean {
  const address = parseAddress(endpoint);
  return address?.kind === 'unix' || /^(localhost|127(\.\d+){3}|::1)$/.test(address?.host ?? '');
}
