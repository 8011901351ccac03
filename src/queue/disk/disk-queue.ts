import type { Held, Host, Shared } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { formatDuration } from '../../core/units.ts';
import { DiskLog } from '../disk.ts';
import type { DiskQueueConfig } from '../schema.ts';
import { limitsOf, showSizes } from '../sizes.ts';
import { DirectoryError } from './directory-error.ts';
import { type Files, systemFiles } from './files.ts';
import { HostReport } from './host-report.ts';
import { Rate } from './rate.ts';
import { Volume } from './volume.ts';

const watchMs = 10_000;

/** A log on disk with what watches over it: the room on its volume, and how long its size lasts at the rate of today. */
export class DiskQueue implements Shared {
  readonly log: DiskLog;
  readonly #files: Files;
  readonly #dir: string;
  readonly #report: HostReport;
  readonly #rate: Rate;
  readonly #volume: Held<Volume>;
  #host: Host;
  #queue: DiskQueueConfig;
  #freeBytes: number;
  #shortOfRoom = false;
  /** Whether the queue covers max_age at the rate of today; undefined while that is not known. */
  #covers: boolean | undefined;
  #cancelWatch: () => void = () => {};

  private constructor(
    parts: { log: DiskLog; files: Files; dir: string; report: HostReport; rate: Rate; volume: Held<Volume>; freeBytes: number },
    queue: DiskQueueConfig,
    host: Host,
  ) {
    this.log = parts.log;
    this.#files = parts.files;
    this.#dir = parts.dir;
    this.#report = parts.report;
    this.#rate = parts.rate;
    this.#volume = parts.volume;
    this.#freeBytes = parts.freeBytes;
    this.#queue = queue;
    this.#host = host;
  }

  /** Opens the log in a directory. Rejects with DirectoryError. */
  static async open(dir: string, queue: DiskQueueConfig, host: Host, files: Files = systemFiles): Promise<DiskQueue> {
    const rate = new Rate(host.clock);
    const report = new HostReport(dir, host, (bytes) => rate.add(bytes));
    const log = await DiskLog.open({ dir, files, lock: true, limits: limitsOf(queue), clock: host.clock, report });
    try {
      const [{ device }, { freeBytes, totalBytes }] = [await files.describe(dir), await files.space(dir)];
      const volume = await host.share(`volume:${device}`, async () => new Volume(totalBytes));
      return new DiskQueue({ log, files, dir, report, rate, volume, freeBytes }, queue, host);
    } catch (why) {
      await log.close();
      throw new DirectoryError(dir, messageOf(why), { cause: why });
    }
  }

  /** The host and the limits that count from now on. */
  attach(queue: DiskQueueConfig, host: Host): void {
    this.#queue = queue;
    this.#host = host;
    this.#report.attach(host);
    this.log.limit(limitsOf(queue));
    this.#volume.resource.claim(this.#dir, queue.max_size, host.log);
    showSizes(this.log, host);
    const labels = { exporter: host.id };
    host.metrics.gauge('flamegate_queue_disk_free_bytes', 'Bytes free on the volume of the queue.', () => this.#freeNow(), labels);
    host.metrics.gauge(
      'flamegate_queue_time_to_full_seconds',
      'When the queue or its volume would be full at the rate of the last minute if nothing were delivered.',
      () => this.#timeToFull,
      labels,
    );
    if (queue.fsync !== 'group') {
      host.log.warn('pushes are answered before they are synced: a power loss can lose what was acknowledged', {
        dir: this.#dir,
        fsync: queue.fsync,
      });
    }
    this.#cancelWatch();
    this.#watchLater();
  }

  async close(): Promise<void> {
    this.#cancelWatch();
    await this.log.close();
    this.#volume.resource.unclaim(this.#dir);
    await this.#volume.release();
  }

  get #timeToFull(): number {
    const { sizeBytes, capacityBytes } = this.log.stats;
    return Math.max(0, Math.min(capacityBytes - sizeBytes, this.#freeNow())) / this.#rate.perSecond;
  }

  /** What was known last where the volume does not say. */
  #freeNow(): number {
    try {
      this.#freeBytes = this.#files.freeBytesNow(this.#dir);
    } catch {
      // the next append says what is wrong with the disk
    }
    return this.#freeBytes;
  }

  #watchLater(): void {
    this.#cancelWatch = this.#host.clock.after(watchMs, () => {
      this.#watchLater();
      this.#sayWhatSizeMeans();
      void this.#watchRoom();
    });
  }

  async #watchRoom(): Promise<void> {
    try {
      this.#freeBytes = (await this.#files.space(this.#dir)).freeBytes;
    } catch {
      return; // the next append says what is wrong with the disk
    }
    const { sizeBytes, capacityBytes } = this.log.stats;
    const short = this.#freeBytes < capacityBytes - sizeBytes;
    if (short && !this.#shortOfRoom) {
      this.#host.log.warn('the volume has less room than the queue may still take', {
        dir: this.#dir,
        free_bytes: this.#freeBytes,
        wanted_bytes: capacityBytes - sizeBytes,
      });
    }
    this.#shortOfRoom = short;
  }

  #sayWhatSizeMeans(): void {
    const { max_size, max_age } = this.#queue;
    const coversMs = Math.round(max_size / this.#rate.perSecond) * 1000;
    if (!Number.isFinite(coversMs)) return;
    const covers = coversMs >= max_age;
    if (this.#covers === covers) return;
    this.#covers = covers;
    const facts = { dir: this.#dir, covers: formatDuration(coversMs), max_age: formatDuration(max_age), max_size_bytes: max_size };
    if (covers) this.#host.log.info('at this rate the queue covers all of max_age', facts);
    else this.#host.log.warn('at this rate the queue is full before max_age', facts);
  }
}
