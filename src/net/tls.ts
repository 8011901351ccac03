import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import type { ConfigFault } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { checkCertificates } from './certificates.ts';
import { faultsOfTrying, fileFaults } from './client/check-files.ts';
import { FollowedFile } from './client/followed-file.ts';
import type { Renewable } from './server/renewal.ts';
import type { ListenerTlsConfig } from './server/schema.ts';

const versions: Readonly<Record<ListenerTlsConfig['min_version'], SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
};

/** One reading of the files. */
interface Reading {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

/** A listener's certificate, key and the authorities of its clients, followed when their files change. */
export class ListenerTls implements Renewable {
  readonly what: string;
  readonly config: ListenerTlsConfig;
  readonly #cert: FollowedFile;
  readonly #key: FollowedFile;
  readonly #ca: FollowedFile | undefined;
  #reading: Reading;

  /** Reads every file. Throws a sentence that names the file when one is missing or of no use. */
  constructor(config: ListenerTlsConfig) {
    this.config = config;
    this.what = `the certificate of ${config.cert_file}`;
    this.#cert = new FollowedFile(config.cert_file);
    this.#key = new FollowedFile(config.key_file);
    this.#ca = config.client_ca_file === undefined ? undefined : new FollowedFile(config.client_ca_file);
    this.#reading = { cert: this.#cert.readNow(), key: this.#key.readNow(), ca: this.#ca?.readNow() };
    this.#check(this.#reading);
  }

  /** Whether a certificate of a client, where it has one, is looked at. */
  get verifies(): boolean {
    return this.config.client_ca_file !== undefined;
  }

  /** As they were read last. */
  get options(): SecureContextOptions {
    const { cert, key, ca } = this.#reading;
    const minVersion = versions[this.config.min_version];
    return {
      cert,
      key,
      minVersion,
      ...(ca === undefined ? {} : { ca }),
      // OpenSSL 3 does not speak these versions above level 0, and whoever names one wants it spoken.
      ...(minVersion === 'TLSv1' || minVersion === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
    };
  }

  /** Whether the files say something new, which counts from now on. Rejects when what they say is of no use; the old one goes on then. */
  async changed(): Promise<boolean> {
    const reading = { cert: await this.#cert.read(), key: await this.#key.read(), ca: await this.#ca?.read() };
    if (reading.cert === this.#reading.cert && reading.key === this.#reading.key && reading.ca === this.#reading.ca) return false;
    this.#check(reading);
    this.#reading = reading;
    return true;
  }

  #check({ cert, key, ca }: Reading): void {
    const { cert_file, key_file, client_ca_file } = this.config;
    complain(`cert_file ${cert_file} is no certificate for the key of key_file ${key_file}`, () => createSecureContext({ cert, key }));
    if (ca === undefined) return;
    complain(`client_ca_file ${client_ca_file} holds no certificate, or half of one`, () => checkCertificates(ca));
  }
}

/** What is wrong with the files of a listener's `tls`, below the keys that name them. */
export function listenerTlsFaults(at: ConfigFault['path'], config: ListenerTlsConfig): ConfigFault[] {
  const unreadable = (['cert_file', 'key_file', 'client_ca_file'] as const).flatMap((key) => fileFaults([...at, key], config[key]));
  if (unreadable.length > 0) return unreadable;
  const ofPair = faultsOfTrying([...at, 'cert_file'], () => new ListenerTls({ ...config, client_ca_file: undefined }));
  return ofPair.length > 0 ? ofPair : faultsOfTrying([...at, 'client_ca_file'], () => new ListenerTls(config));
}

function complain(complaint: string, act: () => void): void {
  try {
    act();
  } catch (cause) {
    throw new Error(`${complaint}: ${messageOf(cause)}`, { cause });
  }
}
