import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import bcrypt from 'bcryptjs';
import type { Exchange, Peer } from '../../../src/net/server/exchange.ts';

/** The cheapest cost there is. */
export function hashOf(password: string, cost = 4): string {
  return bcrypt.hashSync(password, cost).replace('$2b$', '$2y$'); // as htpasswd writes it
}

export interface CredentialsFile {
  readonly path: string;
  write(text: string): void;
  append(text: string): void;
}

/** Removed when the test is over. */
export function credentialsFile(t: TestContext, text: string): CredentialsFile {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-credentials-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'file');
  writeFileSync(path, text);
  return { path, write: (next) => writeFileSync(path, next), append: (more) => appendFileSync(path, more) };
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** What is looked at before a body is read. */
export function headed(
  headers: Readonly<Record<string, string | readonly string[]>>,
  { address = '192.0.2.1', signal = new AbortController().signal }: { address?: string; signal?: AbortSignal } = {},
): Exchange {
  const peer: Peer = { address, secure: false, certificate: undefined };
  // Only these are looked at.
  return { headerValues: (name: string) => [headers[name] ?? []].flat(), peer, signal } as unknown as Exchange;
}
