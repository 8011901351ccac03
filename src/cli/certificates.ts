import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isMap } from '../config/tree.ts';
import type { Clock } from '../core/clock.ts';

/** One certificate of a file that the configuration names. */
export interface Certificate {
  readonly file: string;
  readonly subject: string;
  /** Milliseconds since the Unix epoch. */
  readonly notAfter: number;
}

const keys = new Set(['cert_file', 'ca_file', 'client_ca_file']);
const lookEveryMs = 3_600_000;

/** The certificates of the files that a configuration names, looked at every hour, because they are renewed without a reload. */
export class Certificates {
  readonly #clock: Clock;
  #files: readonly string[] = [];
  #known: readonly Certificate[] = [];
  #cancel = (): void => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): readonly Certificate[] {
    return this.#known;
  }

  /** Days until the first of a file ends, below 0 after it; NaN when the file holds none any more. */
  daysLeft(file: string): number {
    const ends = this.#known.filter((one) => one.file === file).map(({ notAfter }) => notAfter);
    return ends.length === 0 ? Number.NaN : (Math.min(...ends) - this.#clock.now()) / 86_400_000;
  }

  /** Follows the files of this configuration from now on. Returns their names. */
  follow(config: unknown): readonly string[] {
    this.#files = [...new Set(filesOf(config))];
    this.#look();
    return this.#files;
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    this.#cancel();
    this.#known = this.#files.flatMap(read);
    this.#cancel = this.#clock.after(lookEveryMs, () => this.#look());
  }
}

function filesOf(value: unknown): string[] {
  if (value instanceof Map) return [...value.values()].flatMap(filesOf);
  if (Array.isArray(value)) return value.flatMap(filesOf);
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    keys.has(key) && typeof inner === 'string' && inner !== '' ? [inner] : filesOf(inner),
  );
}

function read(file: string): Certificate[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return []; // whoever uses the file says what is wrong with it
  }
  return [...text.matchAll(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs)].flatMap(([pem]) => {
    try {
      const { subject, validToDate } = new X509Certificate(pem);
      return [{ file, subject: subject.replaceAll('\n', ', '), notAfter: validToDate.getTime() }];
    } catch {
      return []; // as above
    }
  });
}
