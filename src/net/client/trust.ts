import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Host, Shared } from '../../core/component.ts';

/** The process trusts the system's certificates from the moment it holds one. */
class SystemTrust implements Shared {
  async close(): Promise<void> {
    // Trust stays: what listens and sends at the same time may rest on it.
  }
}

/**
 * Makes the system's trust store count beside Node's own (Go knows the first only, Node by default the second only), for every TLS connection
 * of the process without a CA of its own. SSL_CERT_FILE and SSL_CERT_DIR replace the system's places as they do in Go. Takes 0.1 s, once.
 */
export function trustSystem(host: Host): ReturnType<typeof host.share<SystemTrust>> {
  return host.share('net.trust', async () => {
    setDefaultCACertificates([...new Set([...getCACertificates('default'), ...(await systemCertificates())])]);
    return new SystemTrust();
  });
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

async function systemCertificates(): Promise<readonly string[]> {
  const { SSL_CERT_FILE: file, SSL_CERT_DIR: directories = '' } = process.env;
  // Node takes the variable for one directory; Go for a list.
  if (!directories.includes(path.delimiter)) return getCACertificates('system');
  const texts = await Promise.all([
    ...(file === undefined ? [] : [readText(file)]),
    ...directories.split(path.delimiter).map(readDirectory),
  ]);
  return texts.flatMap((text) => text.match(certificatePattern) ?? []);
}

async function readDirectory(directory: string): Promise<string> {
  const names = await readdir(directory).catch(() => []);
  return (await Promise.all(names.map((name) => readText(path.join(directory, name))))).join('\n');
}

/** A place that is missing or cannot be read holds no certificates (Go: the same). */
function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
