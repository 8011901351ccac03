import type { Reference } from '../env.ts';

/** What was read from the environment and from files, under the names that expressions have for it: nothing may print it. */
export class ForeignValues {
  readonly #known = new Map<string, Reference>();

  /** sys.env("NAME"); a variable that is not set is empty, as in Alloy. */
  addVariable(name: string, value: string): void {
    this.#add({ written: `sys.env(${JSON.stringify(name)})`, value }, /^[A-Za-z_]\w*$/.test(name) ? `\${${name}:-}` : undefined);
  }

  /** An export that is the text of a file. YAML leaves out the line end that closes the file, so the text without it is known as well. */
  addFile(written: string, value: string, path: string): void {
    const yaml = path.includes('}') ? undefined : `\${file:${path}}`;
    this.#add({ written, value }, yaml);
    this.#add({ written, value: value.replace(/\r?\n$/, '') }, yaml);
  }

  /** Inside of a module an argument stands for what it was given: what the given expression was read through is known by its name too. */
  pass(argument: string, sources: readonly string[]): void {
    for (const reference of this.all())
      if (sources.includes(reference.written)) this.#add({ ...reference, written: argument }, reference.yaml);
  }

  all(): Reference[] {
    return [...this.#known.values()];
  }

  #add(reference: Reference, yaml: string | undefined): void {
    if (reference.value === '') return;
    this.#known.set(`${reference.written}\0${reference.value}`, { ...reference, ...(yaml === undefined ? {} : { yaml }) });
  }
}
