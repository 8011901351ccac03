import { aborted } from '../core/abort.ts';
import type { Logger } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';

/** Which gateway a profile is of: a tag of the gateway's own profiles, by which it knows them when they come back. */
export const instanceTag = 'flamegate_instance';

/** What the gateway's own profiles are made with. */
export interface OwnProfilesOptions {
  readonly version: string;
  /** Of this process, unlike that of any other. */
  readonly instance: string;
  readonly log: Logger;
}

type Sdk = typeof import('@pyroscope/nodejs')['default'];

const flushIntervalMs = 15_000;

/** Profiles this process with the Pyroscope SDK, where it is installed, and sends the profiles to a URL. */
export class OwnProfiles {
  readonly #options: OwnProfilesOptions;
  #url: string | undefined;
  #sdk: Sdk | undefined;
  /** One change at a time. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: OwnProfilesOptions) {
    this.#options = options;
  }

  /** Sends them there from now on; undefined: no longer. Never rejects: what goes wrong is a line of the log. */
  send(url: string | undefined): Promise<void> {
    this.#turn = this.#turn.then(() => this.#switch(url)).catch((why) => this.#complain(why));
    return this.#turn;
  }

  /** Sends what there is, until `deadline` aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.race([this.send(undefined), aborted(deadline)]);
  }

  async #switch(url: string | undefined): Promise<void> {
    if (url === this.#url) return;
    this.#url = url;
    await this.#sdk?.stop();
    this.#sdk = undefined;
    if (url === undefined) return;
    const { default: sdk } = await import('@pyroscope/nodejs');
    const { version, instance, log } = this.#options;
    withoutItsVariables(() =>
      sdk.init({
        serverAddress: url,
        appName: 'flamegate',
        tags: { version, [instanceTag]: instance },
        flushIntervalMs,
        wall: { samplingDurationMs: flushIntervalMs, collectCpuTime: true },
      }),
    );
    sdk.start();
    this.#sdk = sdk;
    log.info("sending the gateway's own profiles", { url: new URL(url).origin });
  }

  #complain(why: unknown): void {
    const missing = why instanceof Error && 'code' in why && why.code === 'ERR_MODULE_NOT_FOUND';
    const reason = missing ? '@pyroscope/nodejs is not installed: npm install @pyroscope/nodejs' : messageOf(why);
    this.#options.log.warn("the gateway's own profiles cannot be made", { reason });
  }
}

/** The SDK lets these overrule what it is told, and they may be set for another program. */
function withoutItsVariables(act: () => void): void {
  const own = Object.entries(process.env).filter(([name]) => name.startsWith('PYROSCOPE_'));
  for (const [name] of own) delete process.env[name];
  try {
    act();
  } finally {
    Object.assign(process.env, Object.fromEntries(own));
  }
}
