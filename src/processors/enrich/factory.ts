import { z } from 'zod';
import type { ProcessorFactory } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { Labels, memoByLabels } from '../../core/labels.ts';
import { mapLabels } from '../../core/profile.ts';
import { DurationSchema } from '../../core/units.ts';
import { Discovery } from '../../discovery/discovery.ts';
import { SourceSchema } from '../../discovery/schema.ts';
import { faultsOfTrying } from '../../net/client/check-files.ts';
import { createHttpClient } from '../../net/client/client.ts';
import { FollowedFile } from '../../net/client/followed-file.ts';
import { type HttpClientConfig, httpClientShape, refineHttpClient } from '../../net/client/schema.ts';
import { Feed, fileSource, urlSource } from './feed.ts';
import { indexTargets, parseTargets, TargetSchema, targetsOf } from './targets.ts';

const { url: _url, ...clientShape } = httpClientShape;

const MatchSchema = z.strictObject({
  profile: z.string().default('service_name').describe('The label of the profile that is compared.'),
  target: z.string().default('service_name').describe('The label of the target that it is compared with.'),
});

const schema = z.strictObject({
  targets: z
    .array(TargetSchema)
    .default([])
    .describe('Targets written here: maps of labels, or {targets, rules} with relabel rules that are applied to them first.'),
  targets_file: z
    .string()
    .default('')
    .describe('A JSON file with a list of targets: maps of labels, or groups as file_sd of Prometheus has them.'),
  targets_url: z
    .string()
    .refine(isUrl, 'expected a URL that starts with http:// or https://')
    .default('')
    .describe('The same list, asked for by GET.'),
  discovery: z.array(SourceSchema).default([]).describe('Where more targets come from, as for the receiver `scrape`.'),
  refresh: DurationSchema.default(10_000).describe('How often file and URL are looked at; the last good list goes on.'),
  http_client: z.strictObject(clientShape).superRefine(refineHttpClient).prefault({}).describe('How `targets_url` is asked.'),
  match: MatchSchema.prefault({}).describe('Which target belongs to a profile: equal values, exactly.'),
  copy: z.array(z.string()).default([]).describe('Labels that a profile gets from its target; with none named all, reserved ones too.'),
});

function isUrl(text: string): boolean {
  return text === '' || (/^https?:/.test(text) && URL.canParse(text));
}

/** A list of targets that a file of the configuration names is of no use. The process ends with `exitCode`. */
class TargetsError extends Error {
  readonly exitCode = 78;
}

/**
 * Labels of a target for the profiles that belong to it, as pyroscope.enrich of Grafana Alloy gives them: the last target of several with one
 * value counts, what it has replaces what the profile has, a profile without a target passes as it is.
 */
export const enrich: ProcessorFactory<typeof schema> = {
  kind: 'processor',
  type: 'enrich',
  schema,
  sets: true,
  reads: ({ match }) => [match.profile],
  check({ targets_file: path }) {
    if (path === '') return [];
    return faultsOfTrying(['targets_file'], () => parseTargets(new FollowedFile(path).readNow()));
  },
  create({ targets, targets_file: path, targets_url: url, discovery, refresh, http_client, match, copy }, host) {
    const written = targetsOf(targets);
    const file = path === '' ? undefined : new Feed(fileSource(path), host, refresh, rebuild);
    const remote =
      url === '' ? undefined : new Feed(urlSource(url, createHttpClient(clientOf(url, http_client), host)), host, refresh, rebuild);
    const first = Promise.withResolvers<void>();
    const found = new Discovery(() => {
      rebuild();
      if (found.targets().complete) first.resolve();
    });
    let index = indexTargets(written, match.target);
    let apply = memoByLabels(enriched);
    host.metrics.gauge('flamegate_enrich_targets', 'Targets that profiles can be matched with.', () => index.size, { processor: host.id });

    function rebuild(): void {
      const discovered = found.targets().targets.map(Labels.of);
      index = indexTargets([...written, ...(file?.targets ?? []), ...(remote?.targets ?? []), ...discovered], match.target);
      apply = memoByLabels(enriched);
    }

    function enriched(labels: Labels): Labels {
      const target = index.get(labels.get(match.profile) ?? '');
      if (target === undefined) return labels;
      const names = copy.length > 0 ? copy : [...target].map(({ name }) => name);
      return names.reduce((result, name) => {
        const value = target.get(name);
        return value ? result.with(name, value) : result;
      }, labels);
    }

    return {
      process: (batch) => mapLabels(batch, apply),
      async start() {
        await file?.start().catch((why) => {
          throw new TargetsError(`targets_file ${path}: ${messageOf(why)}`, { cause: why });
        });
        // Whoever serves the list may start after us: profiles pass unchanged until it is there, as with Alloy.
        await remote?.start().catch((why) => remote.complain(why));
        if (discovery.length === 0) return;
        found.follow(discovery, host);
        // A reload should not pass profiles without their labels for the moment that this takes.
        await Promise.race([first.promise, host.clock.sleep(patienceMs)]);
      },
      async stop() {
        await Promise.all([file?.stop(), remote?.stop(), found.close()]);
      },
    };
  },
};

/** How long a start waits for what is discovered. */
const patienceMs = 2_000;

/** The client asks below the origin; the path is the request's. */
function clientOf(url: string, settings: Omit<HttpClientConfig, 'url'>): HttpClientConfig {
  const { protocol, host, username, password } = new URL(url);
  const user = username === '' && password === '' ? '' : `${username}:${password}@`;
  return { ...settings, url: `${protocol}//${user}${host}` };
}
