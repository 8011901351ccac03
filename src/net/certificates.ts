import { X509Certificate } from 'node:crypto';

/**
 * Throws when a PEM text holds no certificate, or one that is none or is not all there: OpenSSL's loader, as Node calls it, leaves both out
 * without a word, and with them everybody whom they vouch for.
 */
export function checkCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length !== pem.split('-----BEGIN CERTIFICATE-----').length - 1)
    throw new Error('the PEM text is not complete');
  for (const block of blocks) new X509Certificate(block);
}
