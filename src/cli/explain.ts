import { systemClock } from '../core/clock.ts';
import type { Labels } from '../core/labels.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { problemsAsText } from './problem-text.ts';
import { loadSources, type Sources } from './sources.ts';
import { explainAsJson, explainAsText } from './trial/explanation.ts';
import { inkFor } from './trial/ink.ts';
import { payloadFor, readProfile, type Way } from './trial/payload.ts';
import { type Trace, withTrial } from './trial/trial.ts';

/** `flamegate explain`. */
export interface ExplainOptions extends Sources {
  readonly labels: Labels;
  /** A file with the profile itself. */
  readonly profile: string | undefined;
  readonly tenant: string;
  /** Where it comes in; undefined for every receiver that feeds a pipeline. */
  readonly receiver: string | undefined;
  readonly as: Way;
  readonly json: boolean;
}

/**
 * Prints what a configuration does with one profile: what each processor changes, where it goes, or why it does not. Nothing is bound, opened or
 * sent. Resolves to 0, also for one that is dropped or refused; 64 for a receiver that there is not, 78 with the problems of the configuration.
 */
export async function runExplain(options: ExplainOptions, io: Io): Promise<number> {
  const { config, problems, sources } = loadSources(options, io);
  io.stderr.write(problemsAsText(problems, sources, io.stderr.isTty));
  if (config === undefined) return exitCode.config;
  const payload = payloadFor(options.as, options.profile === undefined ? new Uint8Array() : readProfile(options.profile));
  const sent = { labels: options.labels, tenant: options.tenant, payload };
  return withTrial(config, systemClock, async (trial) => {
    const { receiver } = options;
    if (receiver !== undefined && !trial.receivers.includes(receiver)) {
      io.stderr.write(`no pipeline has the receiver ${JSON.stringify(receiver)}, there are: ${trial.receivers.join(', ')}\n`);
      return exitCode.usage;
    }
    const traces: Trace[] = [];
    for (const id of receiver === undefined ? trial.receivers : [receiver]) traces.push(await trial.send(id, sent));
    io.stdout.write(options.json ? explainAsJson(sent, traces) : explainAsText(traces, inkFor(io.stdout, io.env)));
    return exitCode.ok;
  });
}
