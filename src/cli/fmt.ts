import { renameSync, statSync, writeFileSync } from 'node:fs';
import { formatAlloy } from '../config/alloy/format.ts';
import { AlloyError, placeOf } from '../config/alloy/source.ts';
import { languageOfFile, readSources, type SourceFile } from '../config/files.ts';
import type { Problem } from '../config/tree.ts';
import { parseYaml } from '../config/yaml.ts';
import { formatYaml } from '../config/yaml-format.ts';
import { exitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { problemsAsText } from './problem-text.ts';

/** `flamegate fmt`. */
export interface FmtOptions {
  /** Write the files instead of printing them. */
  readonly write: boolean;
  /** Only name those that would change. */
  readonly check: boolean;
}

/** Something would change. */
const differs = 1;

/** Prints files in one form, or writes them. The result is 0, 1 with `check` when a file would change, or 78 for one that cannot be read. */
export function runFmt(names: readonly string[], { write, check }: FmtOptions, io: Io): number {
  let code: number = exitCode.ok;
  // One by one: files of both languages may stand side by side here.
  for (const name of names) {
    const { files, faults } = readSources([name], io.stdin);
    for (const fault of faults) {
      io.stderr.write(`${fault.name}:${fault.line}:1: ${fault.message}\n`);
      code = exitCode.config;
    }
    for (const file of files) {
      const formatted = format(file);
      if (typeof formatted !== 'string') {
        io.stderr.write(problemsAsText(formatted, [file], io.stderr.isTty));
        code = exitCode.config;
      } else if (check) {
        if (formatted === file.text) continue;
        io.stdout.write(`${file.name}\n`);
        if (code === exitCode.ok) code = differs;
      } else if (!write || file.name === '-') io.stdout.write(formatted);
      else if (formatted !== file.text) replace(file.name, formatted);
    }
  }
  return code;
}

/** The new text, or what is wrong with the old one. References are left as they are, so none can be missing. */
function format(file: SourceFile): string | readonly Problem[] {
  if (languageOfFile(file) === 'alloy') {
    try {
      return formatAlloy(file);
    } catch (why) {
      if (why instanceof AlloyError) return [{ place: placeOf(why.at), path: '', message: why.message, severity: 'error' }];
      throw why;
    }
  }
  const { node, problems } = parseYaml({ text: file.text.replaceAll('$', '_'), source: file.name }, { env: {}, readFile: () => '' });
  return node === undefined || problems.length > 0 ? problems : formatYaml(file.text);
}

/** As a whole or not at all: whoever reads the file meanwhile, a gateway with --watch above all, never sees half of it. */
function replace(name: string, text: string): void {
  const beside = `${name}.fmt-${process.pid}`;
  writeFileSync(beside, text, { mode: statSync(name).mode });
  renameSync(beside, name);
}
