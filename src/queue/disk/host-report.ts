import type { Host } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { isFull } from './files.ts';
import type { DiskReport, OpenedFacts } from './report.ts';

const fsyncBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
// A disk that failed a write or a sync may do so again: the component says so for a while after it took one.
const doubtMs = 600_000;

/** Tells a component's host what happens to its queue: counters, log lines, health. A reload brings another host. */
export class HostReport implements DiskReport {
  readonly #dir: string;
  readonly #onAppended: (bytes: number) => void;
  #host: Host;
  /** Since when appends fail, or until when the disk is in doubt. */
  #state:
    | { readonly kind: 'ok' }
    | { readonly kind: 'failing'; readonly full: boolean }
    | { readonly kind: 'doubt'; readonly untilMs: number } = {
    kind: 'ok',
  };

  constructor(dir: string, host: Host, onAppended: (bytes: number) => void) {
    this.#dir = dir;
    this.#host = host;
    this.#onAppended = onAppended;
  }

  /** From now on this host is told. */
  attach(host: Host): void {
    this.#host = host;
    // Asking for them shows them at 0 from the start.
    void this.#damagedRecords;
    void this.#lostPlaces;
    void this.#fsyncSeconds;
  }

  opened({ records, sizeBytes, setAside, foreign, lostPlaces }: OpenedFacts): void {
    const { log } = this.#host;
    log.info('queue opened', { dir: this.#dir, records, bytes: sizeBytes });
    if (setAside.length > 0)
      log.error('files of the queue could not be used and were renamed to NAME.bad', { dir: this.#dir, files: setAside });
    this.#lostPlaces.value += lostPlaces.length;
    if (lostPlaces.length > 0)
      log.error('the place of endpoints in the queue is missing or damaged: they begin at the oldest profile, and may get some again', {
        dir: this.#dir,
        endpoints: lostPlaces,
      });
    if (foreign.length > 0)
      log.warn("files in the queue directory are not the queue's and are left alone", { dir: this.#dir, files: foreign });
  }

  damaged(records: number): void {
    this.#damagedRecords.value += records;
    this.#host.log.error('records in the queue are damaged and lost', { dir: this.#dir, records });
  }

  appended(bytes: number): void {
    this.#onAppended(bytes);
  }

  synced(seconds: number): void {
    this.#fsyncSeconds.observe(seconds);
  }

  failed(what: 'append' | 'cursor' | 'read' | 'delete', why: unknown): void {
    const { log, health } = this.#host;
    const facts = { dir: this.#dir, error: messageOf(why) };
    if (what !== 'append') {
      log.warn(`the queue could not ${verbs[what]}; it tries again`, facts);
      return;
    }
    const full = isFull(why);
    if (this.#state.kind === 'failing' && this.#state.full === full) return;
    this.#state = { kind: 'failing', full };
    const reason = full ? `the disk of ${this.#dir} is full` : `the disk of ${this.#dir} fails: ${messageOf(why)}`;
    health({ kind: 'unready', reason });
    log.error('the queue cannot be written: pushes are refused until it can', { ...facts, full });
  }

  stored(): void {
    const state = this.#state;
    if (state.kind === 'ok') return;
    const { clock, health, log } = this.#host;
    if (state.kind === 'failing') {
      log.info('the queue can be written again', { dir: this.#dir });
      this.#state = state.full ? { kind: 'ok' } : { kind: 'doubt', untilMs: clock.monotonic() + doubtMs };
      health(state.full ? { kind: 'ok' } : { kind: 'degraded', reason: `the disk of ${this.#dir} failed a write or a sync lately` });
    } else if (clock.monotonic() >= state.untilMs) {
      this.#state = { kind: 'ok' };
      health({ kind: 'ok' });
    }
  }

  get #fsyncSeconds(): { observe(seconds: number): void } {
    const help = 'Time of an fdatasync of the queue, which a group of appends shares.';
    return this.#host.metrics.histogram('flamegate_queue_fsync_seconds', help, fsyncBuckets, this.#labels);
  }

  get #damagedRecords(): { value: number } {
    const help = 'Records that a cursor needed and that could not be read from disk any more, since the process started.';
    return this.#host.metrics.counter('flamegate_queue_damaged_records_total', help, this.#labels);
  }

  get #lostPlaces(): { value: number } {
    const help = 'Endpoints whose place in the queue was missing or damaged at a start, so that they began at the oldest profile.';
    return this.#host.metrics.counter('flamegate_queue_lost_places_total', help, this.#labels);
  }

  get #labels(): { readonly exporter: string } {
    return { exporter: this.#host.id };
  }
}

const verbs = { cursor: 'store the place of a cursor', read: 'read a record', delete: 'delete what nobody needs' } as const;
