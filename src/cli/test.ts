import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { TestConfig, TestProfileConfig } from '../config/tests-schema.ts';
import { systemClock } from '../core/clock.ts';
import { Labels } from '../core/labels.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { problemsAsText } from './problem-text.ts';
import { loadSources, type Sources } from './sources.ts';
import { compare } from './trial/compare.ts';
import { inkFor } from './trial/ink.ts';
import { payloadFor, readProfile } from './trial/payload.ts';
import { type Failure, resultsAsJson, resultsAsJunit, resultsAsText, type TestResult } from './trial/result.ts';
import { type SteppedClock, steppedClock } from './trial/stepped-clock.ts';
import { type Trial, withTrial } from './trial/trial.ts';

/** `flamegate test`. */
export interface TestOptions extends Sources {
  readonly json: boolean;
  /** Where a report in JUnit's XML goes. */
  readonly junit: string | undefined;
}

/** Runs the tests of a configuration. Resolves to 0, 1 when one fails, or 78 with the problems of the configuration on stderr. */
export async function runTests(options: TestOptions, io: Io): Promise<number> {
  const { config, problems, sources } = loadSources(options, io);
  io.stderr.write(problemsAsText(problems, sources, io.stderr.isTty));
  if (config === undefined) return exitCode.config;
  if (config.tests.length === 0) io.stderr.write(`${options.files.join(', ')}: there are no tests\n`);
  const results: TestResult[] = [];
  for (const test of config.tests) results.push(await runTest(test, config, io.cwd));
  io.stdout.write(options.json ? resultsAsJson(results) : resultsAsText(results, inkFor(io.stdout, io.env)));
  if (options.junit !== undefined) writeFileSync(resolve(io.cwd, options.junit), resultsAsJunit(options.files.join(' '), results));
  return results.some(({ failures }) => failures.length > 0) ? 1 : exitCode.ok;
}

/** With processors of its own, whose clock moves when the test says so. */
async function runTest(test: TestConfig, config: Config, directory: string): Promise<TestResult> {
  const began = systemClock.monotonic();
  const clock = steppedClock(systemClock);
  const failures = await withTrial(config, clock, async (trial) => {
    const receiver = receiverOf(test, trial);
    if (typeof receiver !== 'string') return [receiver];
    const found: Failure[] = [];
    for (const [at, profile] of test.profiles.entries()) {
      const differences = await tryProfile(profile, receiver, { trial, clock, directory });
      if (differences.length > 0) found.push({ profile: at + 1, differences });
    }
    return found;
  });
  return { name: test.name, failures, seconds: (systemClock.monotonic() - began) / 1000 };
}

interface Stage {
  readonly trial: Trial;
  readonly clock: SteppedClock;
  /** Files are named from here. */
  readonly directory: string;
}

async function tryProfile(
  profile: TestProfileConfig,
  receiver: string,
  { trial, clock, directory }: Stage,
): Promise<Failure['differences']> {
  const { labels, tenant, as, file, size, after, expect } = profile;
  clock.step(after);
  const bytes = file === undefined ? new Uint8Array(size) : readProfile(resolve(directory, file));
  return compare(expect, await trial.send(receiver, { labels: Labels.of(labels), tenant, payload: payloadFor(as, bytes) }));
}

/** Or why there is none. */
function receiverOf({ receiver }: TestConfig, { receivers }: Trial): string | Failure {
  const [only, ...others] = receivers;
  const known = receiver ?? (others.length === 0 ? only : undefined);
  if (known !== undefined && receivers.includes(known)) return known;
  const expected = `one of the receivers that feed a pipeline: ${receivers.join(', ')}`;
  return { profile: 1, differences: [{ what: 'receiver', expected, found: receiver }] };
}
