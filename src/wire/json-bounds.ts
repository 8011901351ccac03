import { Invalid } from '../core/errors.ts';

// A series of ten labels and one profile has about 35. Decoding a million takes seconds, in which nobody else is served.
const mostValues = 300_000;
// A push is five deep; unknown fields may be deeper. What JSON.parse keeps for a level is a hundred times its byte.
const deepest = 100;

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Bounds what a JSON text makes of its bytes before it is decoded: two of them can be an object of hundreds. Says nothing of anything else
 * that may be wrong with it. Throws Invalid: too_large for too many values, malformed for nesting too deep.
 */
export function checkJsonBounds(text: Buffer): void {
  let values = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case quote:
        at = endOfString(text, at);
        break;
      case openBracket:
      case openBrace:
        values += 1;
        depth += 1;
        if (depth > deepest) throw new Invalid('malformed', `a push in JSON may be nested ${deepest} deep, found more`);
        break;
      case closeBracket:
      case closeBrace:
        depth -= 1;
        break;
      case comma:
        values += 1;
        break;
    }
  }
  if (values > mostValues) throw new Invalid('too_large', `a push in JSON may hold ${mostValues} values, found ${values}`);
}

/** Where the string that begins at `at` ends: profiles are strings, and passed over by the megabyte. */
function endOfString(text: Buffer, at: number): number {
  for (let end = text.indexOf(quote, at + 1); end >= 0; end = text.indexOf(quote, end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}
