import { createSecureContext, type SecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { messageOf } from '../../core/errors.ts';
import { FollowedFile } from './followed-file.ts';
import type { TlsConfig } from './schema.ts';

const versions: Readonly<Record<NonNullable<TlsConfig['min_version']>, SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};

/** One reading of the certificates and keys that a `tls_config` names. */
interface Reading {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** A `tls_config` as OpenSSL takes it, followed when its files change. */
export class TlsMaterial {
  readonly #config: Partial<TlsConfig>;
  readonly #ca: Source;
  readonly #cert: Source;
  readonly #key: Source;
  #reading: Reading;
  #context: SecureContext | undefined;

  /** Reads every file. Throws a sentence that names the file when one is missing or of no use: nothing runs without what it names. */
  constructor(config: TlsConfig | undefined) {
    this.#config = config ?? {};
    this.#ca = sourceOf(this.#config.ca_pem, this.#config.ca_file);
    this.#cert = sourceOf(this.#config.cert_pem, this.#config.cert_file);
    this.#key = sourceOf(this.#config.key_pem?.reveal(), this.#config.key_file);
    this.#reading = {
      ca: complain('unable to read CA cert', () => this.#ca.readNow()),
      cert: complain('unable to read specified client cert', () => this.#cert.readNow()),
      key: complain('unable to read specified client key', () => this.#key.readNow()),
    };
    this.#check(this.#reading);
  }

  /** Whether anything may change. */
  get hasFiles(): boolean {
    return [this.#ca, this.#cert, this.#key].some((source) => source.isFile);
  }

  /** Whether it names whom to trust; otherwise that is whom the process trusts. */
  get hasCa(): boolean {
    return this.#reading.ca !== undefined;
  }

  get verifies(): boolean {
    return this.#config.insecure_skip_verify !== true;
  }

  /** Made once for each reading. Without a CA of its own it trusts what the process trusts at that time. */
  get context(): SecureContext {
    this.#context ??= createSecureContext(this.#options(this.#reading));
    return this.#context;
  }

  /** Whether the files say something new, which counts from now on. Rejects when what they say is of no use; the old one goes on then. */
  async changed(): Promise<boolean> {
    const reading = { ca: await this.#ca.read(), cert: await this.#cert.read(), key: await this.#key.read() };
    if (reading.ca === this.#reading.ca && reading.cert === this.#reading.cert && reading.key === this.#reading.key) return false;
    this.#check(reading);
    this.#reading = reading;
    this.#context = undefined;
    return true;
  }

  #options({ ca, cert, key }: Reading): SecureContextOptions {
    const minVersion = versions[this.#config.min_version ?? 'TLS12'];
    return {
      minVersion,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      // OpenSSL 3 does not speak these versions above level 0, and whoever names one wants it spoken.
      ...(minVersion === 'TLSv1' || minVersion === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    };
  }

  #check(reading: Reading): void {
    const { ca_file, cert_file } = this.#config;
    if (reading.ca !== undefined) {
      if (!/-----BEGIN CERTIFICATE-----/.test(reading.ca)) throw new Error(`unable to use specified CA cert ${ca_file ?? 'inline'}`);
      complain(`unable to use specified CA cert ${ca_file ?? 'inline'}`, () => createSecureContext({ ca: reading.ca }));
    }
    const { cert, key } = reading;
    if (cert === undefined || key === undefined) return;
    complain(`unable to use specified client cert ${cert_file ?? 'inline'} with its key`, () => createSecureContext({ cert, key }));
  }
}

interface Source {
  readonly isFile: boolean;
  read(): Promise<string | undefined>;
  readNow(): string | undefined;
}

function sourceOf(text: string | undefined, path: string | undefined): Source {
  if (path !== undefined && path !== '') {
    const file = new FollowedFile(path);
    return { isFile: true, read: () => file.read(), readNow: () => file.readNow() };
  }
  const value = text === '' ? undefined : text;
  return { isFile: false, read: async () => value, readNow: () => value };
}

function complain<T>(complaint: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw new Error(`${complaint}: ${messageOf(cause)}`, { cause });
  }
}
