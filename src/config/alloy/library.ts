import type { Block } from './syntax.ts';

/** Instances in instances in instances: nobody has more levels by hand. */
export const deepest = 20;

/** A declare block, and what names mean inside of it. */
export interface Definition {
  readonly block: Block;
  readonly library: Library;
}

/** The custom components that a body may use: its own, those it imports, and those of the bodies around it. */
export class Library {
  readonly #around: Library | undefined;
  readonly #definitions = new Map<string, Definition>();
  readonly #imports = new Map<string, Library>();

  constructor(around?: Library) {
    this.#around = around;
  }

  declare(name: string, definition: Definition): void {
    this.#definitions.set(name, definition);
  }

  import(namespace: string, library: Library): void {
    this.#imports.set(namespace, library);
  }

  /** "feature" of this body, or "ns.feature" of what it imports. */
  find(name: string): Definition | undefined {
    const dot = name.indexOf('.');
    const home = dot < 0 ? this : this.#imports.get(name.slice(0, dot));
    return home?.own(name.slice(dot + 1)) ?? this.#around?.find(name);
  }

  /** What this very body declares. */
  own(name: string): Definition | undefined {
    return this.#definitions.get(name);
  }

  ownNames(): string[] {
    return [...this.#definitions.keys()];
  }

  /** Every name that find() knows. */
  names(): string[] {
    const imported = [...this.#imports].flatMap(([namespace, library]) => library.ownNames().map((name) => `${namespace}.${name}`));
    return [...this.ownNames(), ...imported, ...(this.#around?.names() ?? [])];
  }
}
