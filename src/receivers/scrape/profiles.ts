/** A kind of profile that a target is asked for. */
export interface ProfileKind {
  /** As the configuration names it. */
  readonly kind: string;
  /** What `__name__` becomes unless the target says otherwise. */
  readonly name: string;
  readonly path: string;
  /** Taken over a time: asked for with `seconds`. */
  readonly delta: boolean;
  /** Whether the application subtracts by itself (godeltaprof): nothing is subtracted here then. */
  readonly subtracted: boolean;
}

/** What is known of a kind without configuration. */
export interface UsualKind extends ProfileKind {
  readonly enabled: boolean;
}

const usual = (kind: string, path: string, options: Partial<UsualKind> = {}): UsualKind => ({
  kind,
  name: kind,
  path,
  enabled: false,
  delta: false,
  subtracted: false,
  ...options,
});

/** Alloy's kinds with its defaults (alloy-behaviour 5.2): those of net/http/pprof, fgprof and godeltaprof. */
export const usualKinds: readonly UsualKind[] = [
  usual('memory', '/debug/pprof/allocs', { enabled: true }),
  usual('block', '/debug/pprof/block', { enabled: true }),
  usual('goroutine', '/debug/pprof/goroutine', { enabled: true }),
  usual('mutex', '/debug/pprof/mutex', { enabled: true }),
  usual('process_cpu', '/debug/pprof/profile', { enabled: true, delta: true }),
  usual('fgprof', '/debug/fgprof', { delta: true }),
  usual('godeltaprof_memory', '/debug/pprof/delta_heap', { name: 'memory', subtracted: true }),
  usual('godeltaprof_mutex', '/debug/pprof/delta_mutex', { name: 'mutex', subtracted: true }),
  usual('godeltaprof_block', '/debug/pprof/delta_block', { name: 'block', subtracted: true }),
];

/** What the configuration says of one kind. */
export interface KindSettings {
  readonly enabled?: boolean | undefined;
  readonly path?: string | undefined;
  readonly delta?: boolean | undefined;
}

/** The kinds that are on. A name that is not one of the usual is a custom profile, and replaces nothing; a usual one is changed key by key. */
export function enabledKinds(settings: Readonly<Record<string, KindSettings>>): ProfileKind[] {
  const known = usualKinds.map((one) => merge(one, settings[one.kind]));
  const names = new Set(usualKinds.map(({ kind }) => kind));
  const custom = Object.entries(settings)
    .filter(([name]) => !names.has(name))
    .map(([name, given]) => merge(usual(name, '', { enabled: true }), given));
  return [...known, ...custom].filter(({ enabled }) => enabled);
}

function merge(one: UsualKind, given: KindSettings | undefined): UsualKind {
  if (given === undefined) return one;
  return { ...one, enabled: given.enabled ?? one.enabled, path: given.path ?? one.path, delta: given.delta ?? one.delta };
}
