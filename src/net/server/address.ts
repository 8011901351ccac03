import { z } from 'zod';

/** Where a listener binds: a host and port, or a path for a unix socket. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** "127.0.0.1:4040", "[::]:4040", "localhost:0", "unix:/run/flamegate.sock"; undefined when it is none of these. */
export function parseAddress(text: string): Address | undefined {
  if (text.startsWith('unix:')) return text.length > 5 ? { kind: 'unix', path: text.slice(5) } : undefined;
  const parts = /^(?:\[([0-9A-Fa-f:.%a-z]+)\]|([^[\]:/\s]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3]);
  return host === undefined || port > 65_535 ? undefined : { kind: 'tcp', host, port };
}

/** The same form, of a socket that is bound. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An address to listen on, checked; stays as the user wrote it. */
export const AddressSchema = z.string().superRefine((text, context) => {
  if (parseAddress(text) !== undefined) return;
  context.addIssue({ code: 'custom', message: `expected host:port, [::]:port or unix:/path, found ${JSON.stringify(text)}` });
});

/** Whether only this machine reaches an endpoint. */
export function isLoopback(endpoint: string): boolean {
  const address = parseAddress(endpoint);
  return address?.kind === 'unix' || /^(localhost|127(\.\d+){3}|::1)$/.test(address?.host ?? '');
}
