import { emptyAccount } from '../core/account.ts';
import type { Clock } from '../core/clock.ts';
import type { Held, Host, Logger, Shared } from '../core/component.ts';
import { Invalid, messageOf } from '../core/errors.ts';
import { type DeadNote, decodeRequest, withDeadNote } from '../wire/request.ts';
import { encodeName } from './disk/cursor-file.ts';
import { systemFiles } from './disk/files.ts';
import type { DiskReport } from './disk/report.ts';
import { DiskLog } from './disk.ts';
import { type Cursor, type CursorStats, type Limits, type Log, type LogRecord, recordSize } from './log.ts';
import { MemoryLog } from './memory.ts';
import type { QueueConfig } from './schema.ts';
import { limitsOf } from './sizes.ts';

/** A record that nobody delivers any more, and why. */
export interface DeadLetter {
  readonly position: number;
  /** As it was, but for the note in its head. */
  readonly record: LogRecord;
  readonly note: DeadNote;
}

/** How dead letters go back into a queue. */
export interface ReplayOptions {
  /** The queue, and the cursor that gets them. */
  readonly into: Log;
  readonly only: string;
  readonly picks: (letter: DeadLetter) => boolean;
}

/** The one reader of dead letters. */
const cursorName = 'dead';
const expireEveryMs = 600_000;

/**
 * What was refused for good, judged poison, too old or exhausted at one endpoint: a log of its own, bounded in bytes (the oldest go) and in
 * age counted from receipt. On disk it is the directory dead/NAME of its queue; in memory it ends with the process.
 */
export class DeadLetters implements Shared {
  readonly #log: Log;
  readonly #cursor: Cursor;
  readonly #clock: Clock;
  #config: QueueConfig['dead_letter'];
  #logger: Logger;
  #cancelTimer: () => void = () => {};
  /** The last walk over those that are too old. */
  #expiring: Promise<void> = Promise.resolve();

  private constructor(log: Log, cursor: Cursor, config: QueueConfig['dead_letter'], host: Host) {
    this.#log = log;
    this.#cursor = cursor;
    this.#config = config;
    this.#clock = host.clock;
    this.#logger = host.log;
  }

  /** Takes over a log that holds dead letters and nothing else. */
  static async open(log: Log, config: QueueConfig['dead_letter'], host: Host): Promise<DeadLetters> {
    const cursor = await log.cursor(cursorName, { from: 'oldest', retired: false, account: emptyAccount() });
    const letters = new DeadLetters(log, cursor, config, host);
    await letters.#expire();
    letters.#expireLater();
    return letters;
  }

  /** Limits and logger that count from now on. */
  attach(queue: QueueConfig, host: Host): void {
    this.#config = queue.dead_letter;
    this.#logger = host.log;
    this.#log.limit(deadLimitsOf(queue));
  }

  /** Resolves when kept, or when it never could be because it is larger than all dead letters may be. Rejects with Refused. */
  async add(record: LogRecord, note: DeadNote): Promise<void> {
    const dead = { ...record, only: undefined, head: withDeadNote(record.head, note) };
    if (this.#log.refusal(recordSize(dead)) instanceof Invalid) {
      const facts = { reason: note.reason, bytes: recordSize(dead), max_size_bytes: this.#config.max_size };
      this.#logger.warn('a dead letter larger than dead_letter.max_size was not kept', facts);
      return;
    }
    await this.#log.append([dead]);
  }

  /** All of them, the oldest first. */
  async *list(): AsyncGenerator<DeadLetter> {
    for await (const { position, record } of this.#log.records()) {
      const note = noteOf(record);
      if (note !== undefined) yield { position, record, note };
    }
  }

  /** Appends those that `picks` names to a queue as received now, each removed here once it is stored there; how many. Rejects when there is no
   *  such cursor: the queue would take them and keep none. */
  async replay({ into, only, picks }: ReplayOptions): Promise<number> {
    if (!into.names().some(({ name }) => name === only)) throw new Error(`there is no cursor ${only} to replay dead letters into`);
    let replayed = 0;
    for await (const letter of this.list()) {
      if (!picks(letter)) continue;
      const lease = await this.#cursor.takeAt(letter.position);
      if (lease === undefined) continue;
      try {
        await into.append([{ ...letter.record, only, receivedAt: this.#clock.now() }]);
      } catch (why) {
        lease.release(0);
        throw why;
      }
      lease.done();
      replayed += 1;
    }
    return replayed;
  }

  get stats(): CursorStats {
    return this.#cursor.stats;
  }

  async close(): Promise<void> {
    this.#cancelTimer();
    await this.#expiring;
    await this.#cursor.close();
    await this.#log.close();
  }

  async #expire(): Promise<void> {
    const next = () => this.#cursor.takeExpired(this.#config.max_age);
    for (let taken = next(); taken !== undefined; taken = next()) (await taken)?.done();
  }

  #expireLater(): void {
    this.#cancelTimer = this.#clock.after(expireEveryMs, () => {
      this.#expireLater();
      this.#expiring = this.#expire().catch((why: unknown) =>
        this.#logger.warn('old dead letters could not be deleted', { error: messageOf(why) }),
      );
    });
  }
}

/** The dead letters of an endpoint, shared with whoever holds them already: limits and logger of these stay in force until attach() is called.
 *  Open the queue first: its lock is the lock of its dead letters. Rejects with DirectoryError. */
export async function openDeadLetters(queue: QueueConfig, endpoint: string, host: Host): Promise<Held<DeadLetters>> {
  const place = queue.type === 'disk' ? await systemFiles.realPath(queue.dir) : host.id;
  return host.share(`dead:${place}:${endpoint}`, async () => {
    const limits = deadLimitsOf(queue);
    const log = queue.type === 'disk' ? await openDisk(deadDir(place, endpoint), limits, host) : new MemoryLog(limits, host.clock);
    return DeadLetters.open(log, queue.dead_letter, host);
  });
}

function deadLimitsOf(queue: QueueConfig): Limits {
  return { ...limitsOf(queue), maxSizeBytes: queue.dead_letter.max_size, overflow: 'drop_oldest' };
}

/** Where the dead letters of an endpoint are, in its queue's directory. */
export function deadDir(dir: string, endpoint: string): string {
  return `${dir}/dead/${encodeName(endpoint)}`;
}

function openDisk(dir: string, limits: Limits, host: Host): Promise<DiskLog> {
  const report = reportTo(host, dir);
  return DiskLog.open({ dir, files: systemFiles, lock: false, limits, clock: host.clock, report, freshBytes: 0 });
}

/** Says in the log what went wrong; the metrics of a queue are about profiles on their way. */
function reportTo({ log }: Host, dir: string): DiskReport {
  return {
    opened({ setAside, lostPlaces }) {
      if (lostPlaces.length > 0)
        log.warn('the record of replayed and expired dead letters is lost: all dead letters are kept again', { dir });
      if (setAside.length > 0) log.error('files of dead letters could not be used and were renamed to NAME.bad', { dir, files: setAside });
    },
    damaged: (records) => log.error('dead letters are damaged and lost', { dir, records }),
    appended: () => {},
    synced: () => {},
    failed: (_what, why) => log.warn('dead letters cannot be written or read; it is tried again', { dir, error: messageOf(why) }),
    stored: () => {},
  };
}

function noteOf(record: LogRecord): DeadNote | undefined {
  try {
    return decodeRequest(record.head).dead;
  } catch (why) {
    if (why instanceof Invalid) return undefined; // of a later build: it stays, and is not shown
    throw why;
  }
}
