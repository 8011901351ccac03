import { z } from 'zod';
import type { RouterFactory } from '../core/component.ts';
import { type Labels, memoByLabels } from '../core/labels.ts';
import { MatcherSchema } from '../core/matcher.ts';
import type { ProfileBatch, Series } from '../core/profile.ts';

const RouteSchema = z.strictObject({
  match: MatcherSchema.describe('Which series.'),
  to: z.array(z.string()).min(1).describe('Outputs of the pipeline, exporters or other pipelines, that get them.'),
  continue: z.boolean().default(false).describe('Whether later routes are asked too.'),
});

const schema = z.strictObject({
  routes: z.array(RouteSchema).default([]).describe('Asked in this order; the first that matches decides, unless it says `continue`.'),
  default: z.array(z.string()).default([]).describe('Outputs for what no route matches. None: it is dropped, and counted as `unmatched`.'),
});

/** Sends each series to some of the outputs of its pipeline. Stands last. */
export const route: RouterFactory<typeof schema> = {
  kind: 'router',
  type: 'route',
  schema,
  reasons: ['unmatched'],
  advise({ routes }) {
    return routes.flatMap(({ match }, at) => {
      const earlier = routes.findIndex(
        (other, place) => place < at && !other.continue && (other.match.names.length === 0 || other.match.source === match.source),
      );
      const message =
        match.contradiction ?? (earlier === -1 ? undefined : `never reached: routes[${earlier}] takes all of it and does not continue`);
      return message === undefined ? [] : [{ path: ['routes', at, 'match'], message }];
    });
  },
  reads: ({ routes }) => routes.flatMap(({ match }) => match.names),
  outputs({ routes, default: others }) {
    return [
      ...routes.flatMap(({ to }, at) => to.map((output, place) => ({ path: ['routes', at, 'to', place], output }))),
      ...others.map((output, place) => ({ path: ['default', place], output })),
    ];
  },
  create({ routes, default: others }) {
    const outputsOf = memoByLabels((labels: Labels): readonly string[] => {
      const outputs = new Set<string>();
      for (const { match, to, continue: goesOn } of routes) {
        if (!match.matches(labels)) continue;
        for (const output of to) outputs.add(output);
        if (!goesOn) return [...outputs];
      }
      return outputs.size > 0 ? [...outputs] : others;
    });
    return {
      route(batch, drop) {
        const sent = new Map<string, Series[]>();
        for (const series of batch.series) {
          const outputs = outputsOf(series.labels);
          if (outputs.length === 0) drop(series, 'unmatched');
          for (const output of outputs) {
            const there = sent.get(output);
            if (there === undefined) sent.set(output, [series]);
            else there.push(series);
          }
        }
        return new Map([...sent].map(([output, series]): [string, ProfileBatch] => [output, partOf(batch, series)]));
      },
    };
  },
};

function partOf(batch: ProfileBatch, series: readonly Series[]): ProfileBatch {
  return series.length === batch.series.length ? batch : { ...batch, series };
}
