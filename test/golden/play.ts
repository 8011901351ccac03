import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf } from './bodies.ts';
import { type Case, type Facts, type FileBody, type ReloadStep, type RequestStep, type Step, textOf } from './case.ts';
import { send } from './client.ts';
import { askAdmin, type Running, type StartOptions } from './gateway.ts';
import { Names, tlsFolder } from './names.ts';
import { freePort } from './ports.ts';
import { Upstream } from './upstream.ts';
import { judge, mayRefuse } from './verdict.ts';

/** Starts a gateway with a file. */
export type Start = (options: StartOptions) => Promise<Running>;

/** Plays a case; resolves to what is wrong, undefined when nothing is. One in which milliseconds decide gets three chances: machines are busy. */
export async function play(spec: Case, start: Start): Promise<string | undefined> {
  for (let chance = 1; ; chance += 1) {
    const wrong = await new Run(spec, start).play();
    if (wrong === undefined || chance === 3 || !isTimed(spec)) return wrong;
  }
}

/** Whether a deadline, a timeout, a delay or a bound of time is part of it. */
function isTimed(spec: Case): boolean {
  return /"(?:deadlineMs|took|abortAfterMs|gaps|delayMs|sleepMs)":|remote_timeout/.test(JSON.stringify(spec));
}

class Run {
  readonly #spec: Case;
  readonly #startGateway: Start;
  readonly #dir = mkdtempSync(join(tmpdir(), 'golden-'));
  readonly #config = join(this.#dir, 'config.alloy');
  readonly #upstreams: readonly Upstream[];
  readonly #answers: Facts[] = [];
  readonly #wrong: string[] = [];

  constructor(spec: Case, start: Start) {
    this.#spec = spec;
    this.#startGateway = start;
    this.#upstreams = (spec.upstreams ?? []).map((one) => new Upstream(one, spec.observe ?? {}));
  }

  async play(): Promise<string | undefined> {
    try {
      for (const upstream of this.#upstreams) await upstream.start();
      const ports = { HTTP_PORT: await freePort(), LISTEN_PORT: await freePort(), LISTEN2_PORT: await freePort() };
      const names = new Names(this.#dir, this.#upstreams, ports);
      for (const upstream of this.#upstreams) upstream.use(names);
      for (const [name, body] of Object.entries(this.#spec.files ?? {})) this.#write(name, body);
      return await (this.#spec.load === true ? this.#load(names) : this.#run(names));
    } finally {
      for (const upstream of this.#upstreams) upstream.stop();
      rmSync(this.#dir, { recursive: true, force: true });
    }
  }

  /** Starts the gateway once for each variant of the file. */
  async #load(names: Names): Promise<string | undefined> {
    const load: Facts[] = [];
    for (const each of this.#spec.each ?? [undefined]) {
      const gateway = await this.#start(names, each);
      await gateway.stop();
      load.push({ ...(each === undefined ? {} : { each }), ...this.#outcome(gateway, names, each) });
    }
    return judge(this.#spec, { load }) ?? this.#wrong[0];
  }

  #outcome(gateway: Running, names: Names, each: string | undefined): Facts {
    if (gateway.ready) return { outcome: 'runs' };
    const output = gateway.output();
    for (const phrase of this.#spec.phrases ?? []) {
      const wanted = names.fill(phrase, each);
      if (!output.toLowerCase().includes(wanted.toLowerCase()))
        this.#wrong.push(`[${each ?? ''}] the message lacks ${wanted}: ${lastLines(output)}`);
    }
    return {
      outcome: 'refused',
      exit: gateway.exitCode(),
      at: [...new Set([...output.matchAll(/config\.alloy:(\d+):(\d+)/g)].map(([, line, column]) => `${line}:${column}`))],
    };
  }

  async #run(names: Names): Promise<string | undefined> {
    const gateway = await this.#start(names, undefined);
    let metrics = '';
    try {
      if (!gateway.ready) {
        const code = gateway.exitCode();
        if (code === 78 && mayRefuse(this.#spec)) return undefined;
        return code === undefined
          ? `not ready: ${lastLines(gateway.output())}`
          : `ended with ${code} at start: ${lastLines(gateway.output())}`;
      }
      for (const step of this.#spec.steps ?? []) await this.#step(step, names);
      if (this.#spec.observe?.metrics !== undefined) metrics = (await askAdmin(names.port('HTTP_PORT'), '/metrics')).text;
      if (gateway.exitCode() !== undefined) return `ended with ${gateway.exitCode()} in the middle: ${lastLines(gateway.output())}`;
    } finally {
      await gateway.stop();
    }
    const { observe } = this.#spec;
    const got = {
      answers: this.#answers,
      ...(observe?.metrics === undefined ? {} : { metrics: readMetrics(metrics, observe.metrics, names) }),
      upstreams: this.#upstreams.map((upstream) => this.#fold(upstream.seen)),
      ...(observe?.connections === true ? { connections: this.#upstreams.map(({ connections }) => connections) } : {}),
    };
    this.#checkGaps();
    return judge(this.#spec, got) ?? this.#wrong[0];
  }

  #start(names: Names, each: string | undefined): Promise<Running> {
    const text = textOf(this.#spec.config);
    writeFileSync(this.#config, names.fill(text, each));
    return this.#startGateway({
      config: this.#config,
      adminPort: names.port('HTTP_PORT'),
      listenPort: text.includes('${LISTEN_PORT}') ? names.port('LISTEN_PORT') : undefined,
      env: Object.fromEntries(Object.entries(this.#spec.env ?? {}).map(([name, value]) => [name, names.fill(value)])),
      cwd: this.#dir,
    });
  }

  async #step(step: Step, names: Names): Promise<void> {
    if ('parallel' in step) {
      const all = step.parallel.map(async (one) => {
        if (one.afterMs !== undefined) await sleep(one.afterMs);
        return this.#request(one, names);
      });
      this.#answers.push(...(await Promise.all(all)));
    } else if ('sleepMs' in step) await sleep(step.sleepMs);
    else if ('write' in step) for (const [name, body] of Object.entries(step.write)) this.#write(name, body);
    else this.#answers.push(await this.#request(step, names));
  }

  async #request(step: RequestStep | ReloadStep, names: Names): Promise<Facts> {
    if ('reload' in step) {
      writeFileSync(this.#config, names.fill(textOf(step.reload)));
      return { reload: (await askAdmin(names.port('HTTP_PORT'), '/-/reload', 'POST')).status };
    }
    const { answer, tookMs } = await send(step, names.port('LISTEN_PORT'), this.#spec.observe ?? {}, names);
    const [least, most] = step.took ?? [0, Number.POSITIVE_INFINITY];
    if (tookMs < least || tookMs > most) this.#wrong.push(`a request took ${Math.round(tookMs)} ms, not ${least} to ${most}`);
    return answer;
  }

  #write(name: string, body: FileBody): void {
    const path = join(this.#dir, name);
    if (typeof body === 'object' && body !== null && 'copy' in body) copyFileSync(join(tlsFolder, body.copy), path);
    else writeFileSync(path, bytesOf(body));
  }

  /** Equal neighbours become one entry with `times`; arrivals at once are sorted first, scrapes are a set. */
  #fold(seen: readonly object[]): Facts[] {
    const texts = seen.map((entry) => JSON.stringify(entry));
    if (this.#spec.unordered === true || this.#spec.distinct === true) texts.sort();
    const folded: { readonly text: string; times: number }[] = [];
    for (const text of texts) {
      const last = folded.at(-1);
      if (last?.text === text) last.times += 1;
      else folded.push({ text, times: 1 });
    }
    return folded.map(({ text, times }) =>
      times === 1 || this.#spec.distinct === true ? JSON.parse(text) : { times, ...JSON.parse(text) },
    );
  }

  #checkGaps(): void {
    for (const [index, { arrivals }] of this.#upstreams.entries()) {
      const gaps = this.#spec.flamegate?.gaps?.[index] ?? this.#spec.upstreams?.[index]?.gaps ?? [];
      for (const [at, [least, most]] of gaps.entries()) {
        const gapMs = Math.round((arrivals[at + 1] ?? Number.NaN) - (arrivals[at] ?? Number.NaN));
        if (Number.isNaN(gapMs)) this.#wrong.push(`upstream ${index} got no request ${at + 1}`);
        else if (gapMs < least || gapMs > most) this.#wrong.push(`upstream ${index}: gap ${at} is ${gapMs} ms, not ${least} to ${most}`);
      }
    }
  }
}

function lastLines(output: string): string {
  return output.trim().split('\n').slice(-6).join(' | ').slice(0, 1500);
}

/** Metrics as name{labels} -> value. Zeros and the labels that only Alloy's runtime adds are left out. */
function readMetrics(text: string, patterns: readonly string[], names: Names): Facts {
  const wanted = patterns.map((pattern) => new RegExp(`^(?:${pattern})$`));
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (value === undefined || Number(value) === 0 || !wanted.some((pattern) => pattern.test(name))) continue;
    const pairs = [...labels.matchAll(/([\w.]+)="((?:[^"\\]|\\.)*)"/g)].filter(
      ([, label]) => label !== 'component_id' && label !== 'component_path',
    );
    const key = names.unfill(
      `${name}{${pairs
        .map(([, label, one]) => `${label}="${one}"`)
        .sort()
        .join(',')}}`,
    );
    found.set(key, (found.get(key) ?? 0) + Number(value));
  }
  return Object.fromEntries(found);
}
