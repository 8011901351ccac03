import { createRequire } from 'node:module';
import os from 'node:os';

// The same path from src/ and from dist/.
const packageJson: unknown = createRequire(import.meta.url)('../../../package.json');

/** What we call ourselves in requests; the form is Alloy's: "Flamegate/0.1.0 (linux; node)". */
export const productUserAgent = `Flamegate/${versionOf(packageJson)} (${os.platform()}; node)`;

/** Of this build; "unknown" when it cannot be told. */
export const productVersion = versionOf(packageJson);

function versionOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'version' in value) return String(value.version);
  return 'unknown';
}
