import type { Log } from '../../queue/log.ts';

/** One exporter's time with a log. Over a reload the new instance begins while the old one still runs. */
export interface Tenure {
  /** Cursors that are in the hands of an earlier instance: they come when it stops. */
  readonly heldByOthers: ReadonlySet<string>;
  /** A later instance has begun: what is not under way is its work. */
  readonly succeeded: boolean;
  /** An earlier instance still runs, and nothing was ever entrusted to this one: a reload that came to nothing. */
  readonly premature: boolean;
  /** Something is entrusted to this instance: it is the one in force, or was. */
  serve(): void;
  end(): void;
}

interface Instance {
  readonly cursors: ReadonlySet<string>;
}

/** Who works with a log now, in the order they began. What belongs to a log lives as long as the log. */
const instances = new WeakMap<Log, Instance[]>();

/** An instance begins to work with these cursors of the log. */
export function beginTenure(log: Log, cursors: ReadonlySet<string>): Tenure {
  const living = instances.get(log) ?? [];
  instances.set(log, living);
  const self: Instance = { cursors };
  const heldByOthers = new Set(living.flatMap((other) => [...other.cursors]));
  living.push(self);
  let served = false;
  return {
    heldByOthers,
    get succeeded() {
      return living.at(-1) !== self;
    },
    get premature() {
      return !served && living[0] !== self;
    },
    serve() {
      served = true;
    },
    end() {
      const at = living.indexOf(self);
      if (at >= 0) living.splice(at, 1);
    },
  };
}
