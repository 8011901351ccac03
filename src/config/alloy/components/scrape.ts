import type { z } from 'zod';
import { parseDuration } from '../../../core/units.ts';
import type { BlockReader } from '../block-reader.ts';
import type { Component } from '../component.ts';
import { bool, duration, listOf, mapOf, receivers, text } from '../decode.ts';
import { type Keys, leaf, list, type Placed, record, under } from '../placed.ts';
import { placeOf } from '../source.ts';
import { readAttributes, readHttpClient } from './http-client.ts';
import { pipeline } from './pipeline.ts';
import { anyTargets, discoveryItem } from './targets.ts';

/** Profiles of a target: whether Alloy asks for it unless told otherwise, and whether it takes `seconds`. */
const profiles: Readonly<Record<string, { readonly enabled: boolean; readonly delta: boolean }>> = {
  memory: { enabled: true, delta: false },
  block: { enabled: true, delta: false },
  goroutine: { enabled: true, delta: false },
  mutex: { enabled: true, delta: false },
  process_cpu: { enabled: true, delta: true },
  fgprof: { enabled: false, delta: true },
  godeltaprof_memory: { enabled: false, delta: false },
  godeltaprof_mutex: { enabled: false, delta: false },
  godeltaprof_block: { enabled: false, delta: false },
};

/** pyroscope.scrape "x": the receiver scrape/x, under Alloy's names, and the pipeline scrape/x. */
export const scrape: Component = {
  type: 'pyroscope.scrape',
  exports: [],
  root: true,
  read(block, self) {
    const times = {
      scrape_interval: block.attribute('scrape_interval', duration),
      scrape_timeout: block.attribute('scrape_timeout', duration),
      delta_profiling_duration: block.attribute('delta_profiling_duration', duration),
    };
    const profiling = readProfiling(block.only('profiling_config'));
    const client = readHttpClient(block, self.world);
    checkHttpClient(block, client, self.world.httpClient);
    const { decode, found } = anyTargets();
    const written = block.required('targets', decode);
    const discovered = found.origins.map(discoveryItem);
    const keys = {
      targets: written && under(written.key ?? placeOf(block.at), list(found.written, written.node.place)),
      discovery: discovered.length === 0 ? undefined : list(discovered, written?.node.place ?? placeOf(block.at)),
      ...readAttributes(block, { job_name: text, params: mapOf(listOf(text)), scheme: text }),
      ...times,
      ...client,
      profiling_config: profiling?.placed,
    };
    const forwardTo = block.required('forward_to', receivers);
    const id = `scrape/${self.name}`;
    readClustering(block.only('clustering'), id);
    block.finish();
    checkTimes(block, times, profiling?.delta ?? true);
    return {
      parts: [
        { section: 'receivers', id, placed: record<unknown>(keys, placeOf(block.at)) },
        pipeline(id, block.at, { receivers: [id], pipelines: forwardTo }),
      ],
    };
  },
};

function checkHttpClient(block: BlockReader, client: Keys, schema: z.ZodType | undefined): void {
  const result = schema?.safeParse(record(client, placeOf(block.at)).value);
  for (const { path, message } of result?.error?.issues ?? []) block.error(block.whereIs(String(path[0])), message);
}

/** The profiles that are asked for, and whether one of them is taken over a time. */
function readProfiling(block: BlockReader | undefined): { readonly placed: Placed<unknown>; readonly delta: boolean } | undefined {
  if (block === undefined) return undefined;
  const kinds = Object.entries(profiles).map(([name, usual]) => ({ name, usual, placed: readProfile(block.only(`profile.${name}`)) }));
  const custom = block.labelledBlocks('profile.custom').map((one) => {
    if (one.block.label === '') one.error(one.at, 'block "profile.custom" requires non-empty label');
    return { name: one.block.label, placed: readCustom(one) };
  });
  const prefix = block.attribute('path_prefix', text);
  block.finish();
  const settings = {
    ...Object.fromEntries(kinds.map(({ name, placed }) => [name, placed])),
    ...Object.fromEntries(custom.map(({ name, placed }) => [name, placed])),
  };
  const isDelta = (placed: Placed<unknown> | undefined, usual = { enabled: true, delta: false }): boolean => {
    const set = { ...usual, ...(placed?.value as object | undefined) }; // as: readProfile and readCustom make records
    return set.enabled && set.delta;
  };
  return {
    placed: record<unknown>({ path_prefix: prefix, profiles: record(settings, placeOf(block.at)) }, placeOf(block.at)),
    delta: kinds.some(({ usual, placed }) => isDelta(placed, usual)) || custom.some(({ placed }) => isDelta(placed)),
  };
}

function readProfile(block: BlockReader | undefined): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  const keys = readAttributes(block, { enabled: bool, path: text, delta: bool });
  block.finish();
  return record(keys, placeOf(block.at));
}

function readCustom(block: BlockReader): Placed<unknown> {
  const keys = {
    enabled: block.required('enabled', bool),
    path: block.required('path', text),
    delta: block.attribute('delta', bool) ?? leaf(false, placeOf(block.at)),
  };
  block.finish();
  return record<unknown>(keys, placeOf(block.at));
}

/** Alloy shares targets among its peers; gateways share them when each is told which of them it is. */
function readClustering(block: BlockReader | undefined, id: string): void {
  if (block === undefined) return;
  const enabled = block.required('enabled', bool);
  block.finish();
  if (enabled?.value === true)
    block.warn(
      block.whereIs('enabled'),
      `clustering is not in Flamegate: of N gateways give each its share with --set receivers.${id}.shard.index=I --set receivers.${id}.shard.total=N, else every one scrapes every target`,
    );
}

interface Times {
  readonly scrape_interval: Placed<string> | undefined;
  readonly scrape_timeout: Placed<string> | undefined;
  readonly delta_profiling_duration: Placed<string> | undefined;
}

function checkTimes(block: BlockReader, times: Times, delta: boolean): void {
  const intervalMs = parseDuration(times.scrape_interval?.value ?? '15s') ?? 0;
  const timeoutMs = parseDuration(times.scrape_timeout?.value ?? '10s') ?? 0;
  const durationMs = parseDuration(times.delta_profiling_duration?.value ?? '14s') ?? 0;
  if (timeoutMs <= 0) block.error(block.whereIs('scrape_timeout'), 'scrape_timeout must be greater than 0');
  if (!delta) return;
  const at = block.whereIs('scrape_interval');
  if (intervalMs < 2000) block.error(at, 'scrape_interval must be at least 2 seconds when using delta profiling');
  else if (durationMs <= 1000)
    block.error(
      block.whereIs('delta_profiling_duration'),
      'delta_profiling_duration must be larger than 1 second when using delta profiling',
    );
  else if (durationMs > intervalMs - 1000)
    block.error(at, 'delta_profiling_duration must be at least 1 second smaller than scrape_interval when using delta profiling');
}
