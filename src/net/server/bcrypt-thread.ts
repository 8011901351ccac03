import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the thread is asked. */
export interface Question {
  readonly password: string;
  readonly hash: string;
}

/** Compares a password with a bcrypt hash, away from the event loop: that takes 50 ms of a core and more, by the hash's cost. */
export interface Comparer {
  /** One at a time. Rejects when the thread has ended. */
  compare(question: Question): Promise<boolean>;
  /** Ends the thread; the next question starts one anew. */
  close(): Promise<void>;
}

const heapMb = 32;

/** One thread, started by the first question. */
export class BcryptThread implements Comparer {
  #worker: Worker | undefined;

  compare(question: Question): Promise<boolean> {
    const worker = this.#worker ?? this.#start();
    return new Promise((resolve, reject) => {
      const onMessage = (isRight: boolean): void => {
        stop();
        resolve(isRight);
      };
      const onEnd = (why: unknown): void => {
        stop();
        this.#worker = undefined;
        reject(new Error('the thread that compares passwords has ended', { cause: why }));
      };
      const stop = (): void => void worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
      worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
      worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(): Worker {
    const file = new URL(`./bcrypt-worker${extname(import.meta.url)}`, import.meta.url); // .ts in a checkout, .js in the package
    const worker = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    worker.unref();
    worker.on('error', () => {}); // whoever waits for an answer hears of it
    this.#worker = worker;
    return worker;
  }
}
