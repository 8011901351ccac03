import { formatPlace, type Place, type Problem } from '../tree.ts';
import type { World } from './component.ts';
import { type Position, placeOf } from './source.ts';
import type { Value } from './value.ts';

// Instances of a declare may contain instances: a few lines can ask for more than any machine has.
const mostBlocks = 10_000;

/** One reading of a configuration: what all its modules share. */
export class Session {
  readonly world: World;
  readonly stdlib: ReadonlyMap<string, Value>;
  readonly #strict: boolean;
  readonly #problems = new Map<string, Problem>();
  readonly #deprecated = new Set<string>();
  #blocks = 0;

  constructor(world: World, stdlib: ReadonlyMap<string, Value>, strict: boolean) {
    this.world = world;
    this.stdlib = stdlib;
    this.#strict = strict;
  }

  error(at: Position, path: string, message: string): void {
    this.#add({ place: placeOf(at), path, message, severity: 'error' });
  }

  warn(at: Position, path: string, message: string): void {
    this.#add({ place: placeOf(at), path, message, severity: 'warning' });
  }

  /** Whether this has been said of anything. */
  said(message: string): boolean {
    return [...this.#problems.values()].some((problem) => problem.message === message);
  }

  /** Another reading of the same world, whose problems nobody hears of. */
  unheard(): Session {
    return new Session(this.world, this.stdlib, this.#strict);
  }

  /** Something that Alloy would do and Flamegate does not: a warning, with --strict an error. */
  notInForce(at: Position, path: string, message: string): void {
    this.#add({ place: placeOf(at), path, message, severity: this.#strict ? 'error' : 'warning' });
  }

  /** Says once that a name has a new one. */
  deprecate(at: Position, name: string, successor: string): void {
    if (this.#deprecated.has(name)) return;
    this.#deprecated.add(name);
    this.warn(at, '', `${name} is an old name: use ${successor}`);
  }

  /** Counts a block; false, after one message, when there are too many. */
  admit(at: Position): boolean {
    this.#blocks += 1;
    if (this.#blocks === mostBlocks + 1) this.error(at, '', `with this block there are more than ${mostBlocks}`);
    return this.#blocks <= mostBlocks;
  }

  get failed(): boolean {
    return [...this.#problems.values()].some(({ severity }) => severity === 'error');
  }

  /** In the order of the files: what is said of a declare stands there once, however often it is used. */
  problems(sources: readonly string[]): Problem[] {
    const file = ({ source }: Place): number => (sources.includes(source) ? sources.indexOf(source) : sources.length);
    return [...this.#problems.values()].sort(
      (a, b) => file(a.place) - file(b.place) || a.place.line - b.place.line || a.place.column - b.place.column,
    );
  }

  #add(problem: Problem): void {
    const key = `${formatPlace(problem.place)} ${problem.message}`;
    if (!this.#problems.has(key)) this.#problems.set(key, problem);
  }
}
