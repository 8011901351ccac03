/** A string literal that was read from its opening quote on. */
export interface StringLiteral {
  /** Offset after its last character. */
  readonly end: number;
  /** What it stands for. */
  readonly value: string;
  /** What is wrong with it, and where. */
  readonly faults: readonly { readonly offset: number; readonly message: string }[];
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};
/** Digits that follow the letter, and their base. */
const codeEscapes: Readonly<Record<string, { readonly digits: number; readonly base: number }>> = {
  x: { digits: 2, base: 16 },
  u: { digits: 4, base: 16 },
  U: { digits: 8, base: 16 },
};

/** Reads "…": one line, Go's escapes without \'. */
export function readQuoted(text: string, start: number): StringLiteral {
  const faults: { offset: number; message: string }[] = [];
  const bytes: Buffer[] = [];
  let at = start + 1;
  for (;;) {
    const stop = nextSpecial(text, at);
    bytes.push(Buffer.from(text.slice(at, stop)));
    at = stop;
    const char = text[at];
    if (char === undefined || char === '\n') {
      faults.push({ offset: start, message: 'string literal not terminated' });
      break;
    }
    at += 1;
    if (char === '"') break;
    const found = readEscape(text, at);
    at = found.end;
    if (found.fault === undefined) bytes.push(found.bytes);
    else faults.push(found.fault);
  }
  return { end: at, value: Buffer.concat(bytes).toString('utf8'), faults };
}

/** Reads `…`: any lines, no escapes; carriage returns are dropped. */
export function readRaw(text: string, start: number): StringLiteral {
  const close = text.indexOf('`', start + 1);
  const end = close < 0 ? text.length : close + 1;
  const value = text.slice(start + 1, close < 0 ? text.length : close).replaceAll('\r', '');
  return { end, value, faults: close < 0 ? [{ offset: start, message: 'raw string literal not terminated' }] : [] };
}

function nextSpecial(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === '"' || text[at] === '\\' || text[at] === '\n') return at;
  return text.length;
}

interface Escape {
  readonly end: number;
  /** \x and \ooo stand for bytes, so an escaped string may become UTF-8 only as a whole. */
  readonly bytes: Buffer;
  readonly fault: { readonly offset: number; readonly message: string } | undefined;
}

/** Reads what follows a backslash. */
function readEscape(text: string, at: number): Escape {
  const letter = text[at] ?? '';
  const simple = simpleEscapes[letter];
  if (simple !== undefined) return { end: at + 1, bytes: Buffer.from(simple), fault: undefined };
  const octal = /[0-7]/.test(letter);
  const form = octal ? { digits: 3, base: 8 } : codeEscapes[letter];
  // The character stays unread: it may be the line break that ends the literal.
  if (form === undefined) return broken(at, at, 'unknown escape sequence');
  const from = octal ? at : at + 1;
  const digits = text.slice(from, from + form.digits);
  const legal = form.base === 8 ? /^[0-7]*/ : /^[0-9a-fA-F]*/;
  const good = legal.exec(digits)?.[0].length ?? 0;
  if (good < form.digits)
    return broken(from + good, from + good, `illegal character ${JSON.stringify(text[from + good] ?? '')} in escape sequence`);
  const code = Number.parseInt(digits, form.base);
  const end = from + form.digits;
  if (octal || letter === 'x')
    return code > 255
      ? broken(end, at, 'escape sequence is invalid Unicode code point')
      : { end, bytes: Buffer.from([code]), fault: undefined };
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return broken(end, at, 'escape sequence is invalid Unicode code point');
  return { end, bytes: Buffer.from(String.fromCodePoint(code)), fault: undefined };
}

function broken(end: number, offset: number, message: string): Escape {
  return { end, bytes: Buffer.alloc(0), fault: { offset, message } };
}
