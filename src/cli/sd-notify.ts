import { spawn } from 'node:child_process';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';

/** What systemd is told with. */
export interface SdNotifyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** One line on how it is, for `systemctl status`. */
  readonly status: () => string;
}

const statusEveryMs = 30_000;

/**
 * Tells systemd that the gateway is ready, stops, or is alive (sd_notify(3)), where NOTIFY_SOCKET asks for it. Node has no datagram sockets of
 * the unix kind, so `systemd-notify` of systemd itself says it, as a process of its own: the unit needs `NotifyAccess=all`.
 */
export class SdNotify {
  readonly #options: SdNotifyOptions;
  readonly #asked: boolean;
  readonly #everyMs: number;
  #cancel = (): void => {};
  #failed = false;
  #last: Promise<void> = Promise.resolve();

  constructor(options: SdNotifyOptions) {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = options.env;
    this.#options = options;
    this.#asked = NOTIFY_SOCKET !== undefined && NOTIFY_SOCKET !== '';
    const isOurs = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
    const watchdogMs = isOurs ? Number(WATCHDOG_USEC ?? 0) / 1000 : 0;
    // Twice within the time after which systemd would end us. It is sent from the event loop: a loop that stands still sends nothing.
    this.#everyMs = watchdogMs > 0 ? Math.min(statusEveryMs, watchdogMs / 2) : statusEveryMs;
  }

  /** Profiles are taken: from now on it is told at regular times how we are. */
  ready(): void {
    this.#send('READY=1', this.#status());
    this.#wait();
  }

  /** Resolves when it is told. */
  stopping(): Promise<void> {
    this.#cancel();
    this.#send('STOPPING=1', 'STATUS=stopping: what is queued is being delivered');
    return this.#last;
  }

  #wait(): void {
    if (!this.#asked) return;
    this.#cancel = this.#options.clock.after(this.#everyMs, () => {
      this.#send('WATCHDOG=1', this.#status());
      this.#wait();
    });
  }

  #status(): string {
    return `STATUS=${this.#options.status().replaceAll(/\s+/g, ' ')}`;
  }

  /** One after the other: the order counts. */
  #send(...assignments: string[]): void {
    if (this.#asked) this.#last = this.#last.then(() => this.#run(assignments));
  }

  #run(assignments: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn('systemd-notify', assignments, { stdio: 'ignore', env: { ...this.#options.env } });
      const fail = (reason: string): void => {
        if (!this.#failed) this.#options.log.warn('systemd cannot be notified', { reason });
        this.#failed = true;
        resolve();
      };
      child.on('error', (why) => fail(`systemd-notify: ${why.message}`));
      child.on('exit', (code) =>
        code === 0 ? resolve() : fail(`systemd-notify ended with ${code}: does the unit have NotifyAccess=all?`),
      );
    });
  }
}
