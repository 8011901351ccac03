import { typeScalar } from './scalars.ts';
import { isMap, type Path } from './tree.ts';

/** How a value is written as YAML. */
export interface EmitOptions {
  /** What stands behind a value as a comment. Lists are then written one item a line, so that each has its own. */
  readonly comment?: (path: Path) => string | undefined;
  /** What is written instead of a value: a reference to where it is read from. Any other `$` is escaped. */
  readonly reference?: (path: Path) => string | undefined;
}

const widestList = 100;

/**
 * Plain data -> YAML that parseYaml reads back as the same: maps in block style, short lists of scalars on one line. Undefined values are
 * left out.
 */
export function emitYaml(value: unknown, options: EmitOptions = {}): string {
  return isFilled(value) ? emitMap(value, { path: [], depth: 0, options }) : `${emitInline(value, [], options)}\n`;
}

/** Where a value stands. */
interface Spot {
  readonly path: Path;
  /** Levels of indentation, two blanks each. */
  readonly depth: number;
  readonly options: EmitOptions;
}

function emitMap(map: Record<string, unknown>, { path, depth, options }: Spot): string {
  let text = '';
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    text += `${indent(depth)}${emitKey(key)}:${emitBehind(value, { path: [...path, key], depth, options })}`;
  }
  return text;
}

/** What follows `key:` or `-`, the line's end included. */
function emitBehind(value: unknown, spot: Spot): string {
  const { path, depth, options } = spot;
  const inside = { ...spot, depth: depth + 1 };
  if (isFilled(value)) return `\n${emitMap(value, inside)}`;
  if (Array.isArray(value) && value.length > 0) {
    const inline = options.comment === undefined ? emitList(value, path, options) : undefined;
    if (inline !== undefined) return ` ${inline}\n`;
    return `\n${value.map((item, at) => emitItem(item, { ...inside, path: [...path, at] })).join('')}`;
  }
  const isBlock = typeof value === 'string' && value.includes('\n') && isBlockText(value);
  // What was read from elsewhere stays a reference, however it would look written out: it may be a secret.
  if (isBlock && options.reference?.(path) === undefined) return emitBlock(value, spot);
  return ` ${emitInline(value, path, options)}${emitComment(path, options)}\n`;
}

/** The first line of what is inside an item stands beside its dash. */
function emitItem(item: unknown, spot: Spot): string {
  const behind = emitBehind(item, spot);
  const first = behind.startsWith('\n') ? ` ${behind.slice(1).trimStart()}` : behind;
  return `${indent(spot.depth)}-${first}`;
}

/** On one line, when all are scalars and it is short enough. */
function emitList(items: readonly unknown[], path: Path, options: EmitOptions): string | undefined {
  if (items.some((item) => typeof item === 'object' && item !== null)) return undefined;
  const text = `[${items.map((item, at) => emitInline(item, [...path, at], options)).join(', ')}]`;
  return text.length <= widestList ? text : undefined;
}

function emitInline(value: unknown, path: Path, options: EmitOptions): string {
  const reference = options.reference?.(path);
  if (reference !== undefined) return /^\$\{[\w:./-]*\}$/.test(reference) ? reference : JSON.stringify(reference);
  if (typeof value === 'string') return emitText(value);
  if (Array.isArray(value)) return '[]';
  return isMap(value) ? '{}' : String(value ?? null);
}

function emitKey(key: string): string {
  return isPlain(key) ? key : JSON.stringify(key);
}

function emitText(text: string): string {
  const escaped = escapeReferences(text);
  return isPlain(escaped) ? escaped : JSON.stringify(escaped);
}

/** Text that is the same after references are expanded. */
export function escapeReferences(text: string): string {
  return text.replaceAll(/\$(?=[${])/g, '$$$$');
}

function isPlain(text: string): boolean {
  return /^[\w./<][\w./@%+:~<>=?&-]*$/.test(text) && !text.endsWith(':') && text !== '<<' && typeof typeScalar(text) === 'string';
}

/** A certificate or the like: lines that begin with no blank, nothing that a block scalar could not hold. */
function isBlockText(text: string): boolean {
  return /^(?:[\x21-\x7e][\x20-\x7e]*|)(?:\n(?:[\x21-\x7e][\x20-\x7e]*|))*$/.test(text) && !text.endsWith('\n\n') && !text.startsWith('\n');
}

function emitBlock(text: string, { path, depth, options }: Spot): string {
  const lines = escapeReferences(text).split('\n');
  const keeps = lines.at(-1) === '';
  const body = (keeps ? lines.slice(0, -1) : lines).map((line) => (line === '' ? '\n' : `${indent(depth + 1)}${line}\n`));
  return ` ${keeps ? '|' : '|-'}${emitComment(path, options)}\n${body.join('')}`;
}

function emitComment(path: Path, options: EmitOptions): string {
  const comment = options.comment?.(path);
  return comment === undefined ? '' : ` # ${comment}`;
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return isMap(value) && Object.keys(value).length > 0;
}
