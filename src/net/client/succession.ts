import { type Agent, Client, type Dispatcher } from 'undici';
import { isRefusedStream } from './failure.ts';

/**
 * Agents of one making, one after the other. An HTTP/2 peer that closes a connection with GOAWAY goes on with some requests and has not looked at
 * the rest (RFC 9113, 6.8). undici's client queues that rest again, but opens its next connection only when those the peer goes on with are over,
 * which may take them their whole time (getMaxConcurrent in client.js: without a connection `pipelining` counts, not HTTP/2's streams). So the
 * client is told to go on at once, and what comes next gets an agent that knows nothing of the old connection: there a stream of the old and one
 * of the new connection can't be mistaken for one another.
 */
export class AgentSuccession {
  readonly #make: () => Agent;
  /** Those that finish what they have. */
  readonly #leaving = new Set<Agent>();
  #current: Agent;

  constructor(make: () => Agent) {
    this.#make = make;
    this.#current = this.#begin();
  }

  /** Who takes requests now. */
  get current(): Agent {
    return this.#current;
  }

  /** Finishes what is under way. */
  async close(): Promise<void> {
    await Promise.all([this.#current, ...this.#leaving].map((agent) => agent.close()));
  }

  /** Cuts what is still open. */
  async destroy(): Promise<void> {
    await Promise.all([this.#current, ...this.#leaving].map((agent) => agent.destroy()));
  }

  #begin(): Agent {
    const agent = this.#make();
    agent.on('disconnect', (_origin, targets, error) => {
      if (!isRefusedStream(error) || !releaseQueue(targets)) return;
      if (agent === this.#current) this.#succeed(agent);
    });
    return agent;
  }

  #succeed(agent: Agent): void {
    this.#current = this.#begin();
    this.#leaving.add(agent);
    // What it could not finish has told its own caller.
    agent
      .close()
      .catch(() => undefined)
      .finally(() => this.#leaving.delete(agent));
  }
}

/** Lets the client that lost its connection open another while requests are under way on the old one; false when there are none. */
function releaseQueue(targets: readonly Dispatcher[]): boolean {
  const client = targets.at(-1);
  if (!(client instanceof Client) || client.stats.running === 0) return false;
  client.pipelining = Number.MAX_SAFE_INTEGER;
  return true;
}
