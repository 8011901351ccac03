import pino from 'pino';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { type Level, levels } from '../core/levels.ts';
import { formatLine, isoTime, type LineFormat } from './log-format.ts';
import type { LogOutput } from './log-output.ts';
import { Repeats } from './repeats.ts';
import type { TelemetryConfig } from './schema.ts';
import { Tail } from './tail.ts';

/** What a log is made of. */
export interface LogOptions {
  readonly clock: Clock;
  readonly output: LogOutput;
  /** Called with the number of lines that were not written: alike too often, or nobody read them. */
  readonly onDropped: (lines: number) => void;
  /** Called with each line that is written, in JSON. */
  readonly onLine?: (json: string) => void;
}

/** The gateway's log: one line per event, a constant message and facts. */
export interface Log {
  /** A logger whose lines carry `component: id`. */
  logger(id: string): Logger;
  /** A new level and format, from the next line on. */
  reconfigure(config: TelemetryConfig['logs']): void;
  /** The least severe level that is written now. */
  readonly level: Level;
  /** Another level until a reload changes logs.level. */
  setLevel(level: Level): void;
  /** The last lines that were written, oldest first, as JSON. */
  tail(): readonly string[];
  /** Resolves when everything is written, or when `deadline` aborts. */
  close(deadline: AbortSignal): Promise<void>;
}

const windowMs = 10_000;
const linesPerWindow = 20; // alike: same component, level and message
// What a support bundle shows.
const tailLines = 1000;
const tailBytes = 2 ** 20;

/** Opens the log. */
export function createLog(config: TelemetryConfig['logs'], options: LogOptions): Log {
  const { clock, output, onDropped, onLine } = options;
  let current = config;
  let level: Level = config.level;
  const tail = new Tail(tailLines, tailBytes);
  const repeats = new Repeats({ clock, windowMs, linesPerWindow });
  const root = pino(
    {
      level: 'debug', // levels are judged here, so that a reload reaches every logger
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${isoTime(clock.now())}"`,
      formatters: { level: (level) => ({ level }) },
    },
    {
      write(json: string) {
        tail.push(json);
        onLine?.(json);
        if (!output.write(formatLine(json, formatOf(current.format, output), output.terminal))) onDropped(1);
      },
    },
  );

  function logger(id: string): Logger {
    const lines = root.child({ component: id });
    const write = (severity: Level, message: string, facts: object | (() => object) = {}, about?: string): void => {
      if (levels.indexOf(severity) < levels.indexOf(level)) return;
      const summarize = (missing: number): void => lines[severity]({ repeated: missing }, message);
      // Who turns on debug wants every line.
      if (severity === 'debug' || repeats.admit(`${id} ${severity} ${message}`, summarize, about)) {
        lines[severity](plainFacts(typeof facts === 'function' ? facts() : facts), message);
      } else {
        onDropped(1);
      }
    };
    return {
      debug: (message, facts) => write('debug', message, facts),
      info: (message, facts) => write('info', message, facts),
      warn: (message, facts, about) => write('warn', message, facts, about),
      error: (message, facts) => write('error', message, facts),
    };
  }

  return {
    logger,
    get level() {
      return level;
    },
    setLevel(next) {
      level = next;
    },
    tail: () => tail.lines,
    reconfigure(next) {
      if (next.level !== current.level) level = next.level; // what was set at run time stays when a reload says nothing new
      current = next;
    },
    close: (deadline) => output.close(deadline),
  };
}

function formatOf(format: TelemetryConfig['logs']['format'], output: LogOutput): LineFormat {
  if (format !== 'auto') return format;
  return output.terminal ? 'pretty' : 'json';
}

const ownKeys = new Set(['level', 'time', 'component', 'message']);

/** Facts as JSON can hold them. An Error becomes its message and those of its causes; who wants the stack logs it as a fact of its own. */
function plainFacts(facts: object): object {
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [ownKeys.has(key) ? `fact_${key}` : key, value instanceof Error ? messages(value) : value]),
  );
}

function messages(error: Error): string {
  const chain = [error.message];
  for (let cause = error.cause; cause !== undefined && chain.length < 5; cause = cause instanceof Error ? cause.cause : undefined) {
    if (!chain.some((message) => message.includes(messageOf(cause)))) chain.push(messageOf(cause));
  }
  return chain.join(': ');
}
