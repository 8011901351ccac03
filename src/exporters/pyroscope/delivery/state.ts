import type { Host } from '../../../core/component.ts';
import type { Cursor } from '../../../queue/log.ts';
import type { Gate } from '../pacing/gate.ts';
import type { Evidence } from '../poison/evidence.ts';
import type { Condition } from './condition.ts';
import type { DeadLetterOffice } from './dead-letters.ts';
import type { Counts } from './metrics.ts';
import type { Settings } from './settings.ts';

/** What is in force for one endpoint. */
export interface InForce {
  readonly host: Host;
  readonly settings: Settings;
  /** Older records are dead letters, milliseconds. */
  readonly maxAgeMs: number;
  /** Share of sending given to the freshest records, 0 to 1. */
  readonly newestFirstShare: number;
  /** False with `ack: delivered`, where what is not taken is told to its sender. */
  readonly kept: boolean;
}

/** What the parts of an endpoint share. */
export interface EndpointState {
  readonly name: string;
  readonly host: Host;
  readonly cursor: Cursor;
  readonly gate: Gate;
  readonly evidence: Evidence;
  readonly condition: Condition;
  readonly deadLetters: DeadLetterOffice;
  readonly counts: Counts;
  /** Undefined for an endpoint that is no longer configured. */
  readonly inForce: InForce | undefined;
  /** Nothing new is taken out of the queue. */
  readonly stopped: boolean;
  /** A bug. */
  report(why: unknown): void;
}
