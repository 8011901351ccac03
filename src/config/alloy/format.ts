import { tokenize } from './lexer.ts';
import { parseFile } from './parser.ts';
import { AlloyError, type Source } from './source.ts';
import { endsStatement, type Token } from './tokens.ts';

/** A token or a comment. */
interface Piece {
  readonly kind: Token['kind'] | 'comment';
  readonly text: string;
  /** Line breaks before it: 0, 1, or 2 for a blank line. */
  readonly breaks: number;
}

interface Line {
  readonly pieces: readonly Piece[];
  readonly afterBlank: boolean;
}

/**
 * A file of Alloy's language in the form that `alloy fmt` gives it: tabs, one blank around operators, the `=` of neighbouring lines below one
 * another. Line breaks stay where they are. Throws an AlloyError for a file that cannot be parsed; what it means never changes.
 */
export function formatAlloy(source: Source): string {
  const fail = (at: AlloyError['at'], message: string): never => {
    throw new AlloyError(at, message);
  };
  parseFile(source, fail);
  const lines = linesOf(piecesOf(source));
  const rendered = align(lines, indents(lines));
  const text = rendered.length === 0 ? '' : `${rendered.join('\n')}\n`;
  if (meaningOf({ ...source, text }) !== meaningOf(source)) throw new Error('formatting would change what the file means');
  return text;
}

/** Kinds and texts of all tokens, ends of statements included. */
function meaningOf(source: Source): string {
  return JSON.stringify(tokenize(source, () => {}).map(({ kind, text }) => [kind, text]));
}

function piecesOf(source: Source): Piece[] {
  const { text } = source;
  const pieces: Piece[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let breaks = 0;
  const add = (kind: Piece['kind'], content: string): void => {
    pieces.push({ kind, text: content, breaks: pieces.length === 0 ? 0 : Math.min(breaks, 2) });
    breaks = 0;
  };
  const readGap = (until: number): void => {
    for (const { 0: found } of text.slice(at, until).matchAll(/\n|\/\/[^\n]*|\/\*[\s\S]*?\*\//g))
      if (found === '\n') breaks += 1;
      else add('comment', found.trimEnd());
  };
  for (const token of tokenize(source, () => {})) {
    if (token.kind === 'terminator') continue;
    readGap(token.at.offset);
    if (token.kind === 'eof') break;
    add(token.kind, token.text);
    at = token.at.offset + token.text.length;
  }
  return pieces;
}

function linesOf(pieces: readonly Piece[]): Line[] {
  const lines: { pieces: Piece[]; afterBlank: boolean }[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last === undefined || piece.breaks > 0) lines.push({ pieces: [piece], afterBlank: piece.breaks > 1 });
    else last.pieces.push(piece);
  }
  return lines;
}

const isOperand = (piece: Piece | undefined): boolean => piece !== undefined && piece.kind !== 'comment' && endsStatement.has(piece.kind);
const isOpening = ({ kind }: Piece): boolean => kind === '{' || kind === '[' || kind === '(';
const isClosing = ({ kind }: Piece): boolean => kind === '}' || kind === ']' || kind === ')';

/** Levels of each line: one for every earlier line that has opened a bracket which is open still, however many it has opened. */
function indents(lines: readonly Line[]): number[] {
  const open: number[] = [];
  return lines.map(({ pieces }, line) => {
    let leading = 0;
    while (leading < pieces.length && isClosing(pieces[leading] as Piece)) leading += 1;
    const around = open.slice(0, Math.max(0, open.length - leading));
    for (const piece of pieces)
      if (isOpening(piece)) open.push(line);
      else if (isClosing(piece)) open.pop();
    return new Set(around).size;
  });
}

/** The lines as text, names before `=` as wide as those of their neighbours. A blank line, any other line, or a value of several lines ends a run. */
function align(lines: readonly Line[], levels: readonly number[]): string[] {
  const names = lines.map(({ pieces }) => (pieces[1]?.kind === '=' ? (pieces[0]?.text ?? '') : undefined));
  const widths: number[] = [];
  for (let first = 0; first < lines.length; ) {
    let end = first + 1;
    while (end < lines.length && joins(end)) end += 1;
    const width = Math.max(...names.slice(first, end).map((name) => name?.length ?? 0));
    for (; first < end; first += 1) widths[first] = width;
  }
  return lines.flatMap(({ pieces, afterBlank }, line) => {
    const isLone = isOpening(lines[line - 1]?.pieces.at(-1) ?? { kind: 'comment', text: '', breaks: 0 }) || isClosing(pieces[0] as Piece);
    const text = `${'\t'.repeat(levels[line] ?? 0)}${join(pieces, names[line] === undefined ? 0 : (widths[line] ?? 0))}`;
    // A block begins and ends without a blank line.
    return afterBlank && !isLone ? ['', text] : [text];
  });

  function joins(line: number): boolean {
    const isRun = names[line] !== undefined && names[line - 1] !== undefined && lines[line]?.afterBlank === false;
    return isRun && levels[line] === levels[line - 1];
  }
}

function join(pieces: readonly Piece[], width: number): string {
  let text = '';
  const blocks: boolean[] = [];
  for (const [at, piece] of pieces.entries()) {
    const before = pieces[at - 1];
    if (before !== undefined && hasBlank(pieces, at, blocks.at(-1) ?? false)) text += ' ';
    if (at === 1 && width > 0) text = `${text.trimEnd().padEnd(width)} `;
    text += piece.text;
    if (isOpening(piece)) blocks.push(piece.kind === '{' && isBlock(pieces, at));
    else if (isClosing(piece)) blocks.pop();
  }
  return text;
}

/** Whether the brace at `at` begins the body of a block; elsewhere it begins an object. */
function isBlock(pieces: readonly Piece[], at: number): boolean {
  const before = pieces[at - 1]?.kind;
  return before === 'identifier' || before === 'string';
}

/** Whether a blank stands before the piece at `at`. */
function hasBlank(pieces: readonly Piece[], at: number, inBlock: boolean): boolean {
  const before = pieces[at - 1] as Piece; // as: asked of those that have one
  const piece = pieces[at] as Piece;
  if (piece.kind === 'comment' || before.kind === 'comment') return true;
  if (before.kind === '{' || piece.kind === '}') return inBlock;
  if (piece.kind === ',' || piece.kind === '.' || before.kind === '.' || isClosing(piece)) return false;
  if (before.kind === '(' || before.kind === '[') return false;
  if (piece.kind === '(' || piece.kind === '[') return !isOperand(before);
  const isUnary = (before.kind === '-' || before.kind === '!') && !isOperand(pieces[at - 2]);
  return !isUnary;
}
