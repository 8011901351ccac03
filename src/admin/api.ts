import type { Level } from '../core/levels.ts';
import type { TargetRow } from '../service/parts.ts';
import type { SenderRow } from '../service/senders.ts';
import type { Bundle } from './bundle.ts';
import type { StatusDocument } from './status-schema.ts';

/** What the admin endpoint shows and does, as plain functions: whoever runs the gateway gives them. */
export interface AdminApi {
  /** GET /metrics, by the Accept header. */
  exposition(accept: string): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Why profiles cannot be taken now; empty when they can. */
  unready(): readonly string[];
  /** What is not as it should be, though profiles are taken. */
  degraded(): readonly string[];
  /** Who sends: the newest first. */
  senders(): readonly SenderRow[];
  /** Every profile of every target that is scraped. */
  targets(): readonly TargetRow[];
  /** With `dryRun` nothing is changed. */
  reload(dryRun: boolean): Promise<{ readonly ok: boolean; readonly text: string }>;
  status(): Promise<StatusDocument>;
  /** The configuration in force without its secrets. */
  config(): { readonly yaml: string; readonly value: unknown };
  bundle(): Promise<Bundle>;
  logLevel(): Level;
  setLogLevel(level: Level): void;
  /** False when there is no such endpoint. Rejects with a sentence when its place in the queue cannot be written. */
  pause(exporter: string, endpoint: string, paused: boolean): Promise<boolean>;
  /** The name of an exporter and of one of its endpoints, for each there is. */
  endpoints(): readonly { readonly exporter: string; readonly endpoint: string }[];
}
