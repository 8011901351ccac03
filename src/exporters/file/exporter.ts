import path from 'node:path';
import { aborted } from '../../core/abort.ts';
import type { Account } from '../../core/account.ts';
import type { Exporter, Host, Prepared } from '../../core/component.ts';
import { Invalid, messageOf, Refused } from '../../core/errors.ts';
import { countBatch, type ProfileBatch } from '../../core/profile.ts';
import { formatSize } from '../../core/units.ts';
import type { Files, FoundFile } from './files.ts';
import { pathOf, timeInName } from './paths.ts';
import { profilesOf, type StoredProfile } from './profiles.ts';
import type { FileExporterConfig } from './schema.ts';

/** How long a sender should wait when the disk takes nothing. */
const diskRetryAfterMs = 10_000;

/**
 * Writes every profile into a file of its own, below a directory that never holds more than `max_size`: the oldest files go. There is no queue:
 * the sender is told 200 when the files are there. Files that are not ours are neither counted nor touched.
 */
export class FileExporter implements Exporter {
  readonly #config: FileExporterConfig;
  readonly #dir: string;
  readonly #host: Host;
  readonly #files: Files;
  readonly #account: Account;
  readonly #accepted: { value: number };
  /** Oldest first. */
  readonly #kept: FoundFile[] = [];
  #sizeBytes = 0;
  #number = 0;
  /** One batch after the other, so that what is counted is what is there. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(config: FileExporterConfig, host: Host, files: Files) {
    this.#config = config;
    this.#dir = path.resolve(config.dir);
    this.#host = host;
    this.#files = files;
    this.#account = host.account(config.dir);
    this.#accepted = host.metrics.counter(
      'flamegate_exporter_accepted_profiles_total',
      'Profiles that the exporter was given to deliver.',
      {
        exporter: host.id,
      },
    );
  }

  /** Rejects when the directory cannot be used, and says which. */
  async start(): Promise<void> {
    try {
      await this.#files.makeDirectory(this.#dir);
      const found = await this.#files.list(this.#dir);
      const ours = found.filter((file) => timeInName(path.basename(file.path)) !== undefined);
      ours.sort((a, b) => (path.basename(a.path) < path.basename(b.path) ? -1 : 1));
      for (const file of ours) this.#keep(file);
    } catch (why) {
      throw new Error(`the directory of profiles cannot be used: ${messageOf(why)}`, { cause: why });
    }
  }

  prepare(batch: ProfileBatch): Prepared {
    const profiles = batch.series.flatMap(profilesOf);
    let sizeBytes = 0;
    for (const { bytes } of profiles) sizeBytes += bytes.byteLength;
    const { max_size } = this.#config;
    if (sizeBytes > max_size) {
      throw new Invalid(
        'too_large',
        `profiles of ${sizeBytes} bytes are more than the whole directory may hold: max_size is ${formatSize(max_size)}`,
      );
    }
    return { commit: () => this.#inTurn(() => this.#store(profiles, sizeBytes, batch)) };
  }

  discard(batch: ProfileBatch, reason: 'invalid' | 'not_stored'): void {
    const profiles = countBatch(batch);
    this.#accepted.value += profiles;
    this.#account.accepted += profiles;
    this.#account.dropped[reason] += profiles;
  }

  /** Finishes what is being written. */
  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.race([this.#turn, aborted(deadline)]);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {}); // whoever asked for the work hears of it; the next turn begins all the same
    return done;
  }

  async #store(profiles: readonly StoredProfile[], sizeBytes: number, batch: ProfileBatch): Promise<void> {
    const written: FoundFile[] = [];
    try {
      await this.#makeRoom(sizeBytes);
      for (const profile of profiles) {
        const file = path.join(this.#dir, pathOf(profile, batch.receivedAt, this.#number));
        this.#number = (this.#number + 1) % 1_000_000;
        await this.#files.makeDirectory(path.dirname(file));
        await this.#files.write(file, profile.bytes);
        written.push({ path: file, sizeBytes: profile.bytes.byteLength });
      }
    } catch (why) {
      await this.#undo(written);
      this.#host.health({ kind: 'degraded', reason: messageOf(why) });
      throw new Refused('disk', `profiles cannot be written: ${messageOf(why)}`, diskRetryAfterMs, { cause: why });
    }
    for (const file of written) this.#keep(file);
    this.#host.health({ kind: 'ok' });
    const count = countBatch(batch);
    this.#accepted.value += count;
    this.#account.accepted += count;
    this.#account.delivered += count;
  }

  #keep(file: FoundFile): void {
    this.#kept.push(file);
    this.#sizeBytes += file.sizeBytes;
  }

  async #makeRoom(sizeBytes: number): Promise<void> {
    while (this.#sizeBytes + sizeBytes > this.#config.max_size) {
      const oldest = this.#kept[0];
      if (oldest === undefined) return;
      await this.#files.remove(oldest.path, this.#dir);
      this.#kept.shift();
      this.#sizeBytes -= oldest.sizeBytes;
    }
  }

  /** Nothing of a batch is stored when not all of it is. */
  async #undo(written: readonly FoundFile[]): Promise<void> {
    for (const file of written) {
      await this.#files.remove(file.path, this.#dir).catch(() => this.#keep(file)); // it is there, so it counts
    }
  }
}
