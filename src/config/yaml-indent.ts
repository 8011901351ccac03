/** A mistake of indentation: the line where it stands, which need not be the one the parser stumbled over. */
export interface IndentFault {
  /** 1-based. */
  readonly line: number;
  /** 1-based, of its first character. */
  readonly column: number;
  readonly message: string;
}

/** What a syntax error of the parser says about indentation, in numbers of blanks; undefined when that is not what it is about. */
export function indentFault(
  text: string,
  error: { readonly code: string; readonly message: string },
  line: number,
): IndentFault | undefined {
  const lines = text.split(/\r?\n/);
  const culprit = culpritOf(lines, error, line);
  const found = culprit === undefined ? undefined : indentOf(lines[culprit - 1] ?? '');
  if (culprit === undefined || found === undefined) return undefined;
  const open = openBlocks(lines, culprit);
  const less = open.filter(({ blanks }) => blanks < found).sort((a, b) => b.blanks - a.blanks)[0];
  const more = open.filter(({ blanks }) => blanks > found).sort((a, b) => a.blanks - b.blanks)[0];
  const isOpen = open.some(({ blanks }) => blanks === found);
  const expected = (isOpen ? [more] : [less, more]).flatMap((one) => (one === undefined ? [] : [`${one.blanks} as in line ${one.line}`]));
  if (expected.length === 0) return undefined;
  return { line: culprit, column: found + 1, message: `wrong indentation: found ${blanks(found)}, expected ${expected.join(', or ')}` };
}

function blanks(count: number): string {
  return `${count} ${count === 1 ? 'blank' : 'blanks'}`;
}

/** The line that is wrongly indented. After a `key: value` whose next line stands deeper the parser complains of the value. */
function culpritOf(
  lines: readonly string[],
  { code, message }: { readonly code: string; readonly message: string },
  line: number,
): number | undefined {
  if (code === 'BAD_INDENT' || (code === 'MISSING_CHAR' && message.startsWith('Sequence item'))) return line;
  if (code !== 'BLOCK_AS_IMPLICIT_KEY' && code !== 'MULTILINE_IMPLICIT_KEY') return undefined;
  const after = lines.findIndex((one, at) => at >= line && indentOf(one) !== undefined);
  const here = indentOf(lines[line - 1] ?? '');
  const there = indentOf(lines[after] ?? '');
  return here !== undefined && there !== undefined && there > here ? after + 1 : undefined;
}

/** Blanks before the first character; undefined for a line that is empty or a comment. */
function indentOf(line: string): number | undefined {
  const found = /^ *(?=[^\s#])/.exec(line);
  return found?.[0].length;
}

/** The indentations at which a block is open before a line, each with the line that opened it. */
function openBlocks(lines: readonly string[], before: number): { readonly blanks: number; readonly line: number }[] {
  const open: { blanks: number; line: number }[] = [];
  let innermost = Number.POSITIVE_INFINITY;
  for (let line = before - 1; line > 0 && innermost > 0; line -= 1) {
    const text = lines[line - 1] ?? '';
    const indent = indentOf(text);
    if (indent === undefined || indent >= innermost) continue;
    // The first key of a list's item opens a block behind the dash.
    const dash = /^ *(?:- +)+(?=[^\s#])/.exec(text)?.[0].length;
    if (dash !== undefined && dash < innermost) open.push({ blanks: dash, line });
    open.push({ blanks: indent, line });
    innermost = indent;
  }
  return open;
}
