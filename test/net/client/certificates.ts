import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A certificate with its key: paths of PEM files. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** A throw-away authority in a directory of its own. */
export interface Authority extends Disposable {
  readonly directory: string;
  readonly ca: string;
  /** `names` as OpenSSL writes them: "IP:127.0.0.1,DNS:localhost". A negative `days` has expired. */
  issue(name: string, options?: { readonly names?: string; readonly days?: number }): Certified;
}

/** Made by the openssl command. */
export function createAuthority(commonName: string): Authority {
  const directory = mkdtempSync(path.join(tmpdir(), 'flamegate-tls-'));
  const at = (name: string): string => path.join(directory, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', `/CN=${commonName}`, '-days', '30');
  return {
    directory,
    ca: at('ca.pem'),
    issue(name, { names = 'IP:127.0.0.1,DNS:localhost', days = 30 } = {}) {
      const [key, request, cert, extensions] = ['key', 'csr', 'pem', 'ext'].map((end) => at(`${name}.${end}`)) as [
        string,
        string,
        string,
        string,
      ]; // four in, four out
      writeFileSync(extensions, `subjectAltName=${names}\n`);
      openssl('req', '-new', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
      openssl(
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-days',
        String(days),
        '-extfile',
        extensions,
        '-out',
        cert,
      );
      return { cert, key };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

/** What a TLS server wants. */
export function pemOf({ cert, key }: Certified): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}
