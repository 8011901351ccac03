// Greek letters with an iota below: their capital in the simple mapping is the title-case letter, in JavaScript's full mapping two letters.
const iotaRows = [0x1f80, 0x1f90, 0x1fa0];
const iotaAlone: ReadonlyMap<number, number> = new Map([
  [0x1fb3, 0x1fbc],
  [0x1fc3, 0x1fcc],
  [0x1ff3, 0x1ffc],
]);

/** Upper case as Go's strings.ToUpper: letter by letter in Unicode's simple mapping, so that "ß" stays "ß". */
export function simpleUpper(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapLetters(text, upperLetter);
}

/** Lower case as Go's strings.ToLower: letter by letter in Unicode's simple mapping, so that a "Σ" at the end of a word is "σ". */
export function simpleLower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapLetters(text, lowerLetter);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false;
  return true;
}

function mapLetters(text: string, map: (letter: string) => string): string {
  let result = '';
  for (const letter of text) result += map(letter);
  return result;
}

function upperLetter(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (iotaRows.some((row) => code >= row && code < row + 8)) return String.fromCodePoint(code + 8);
  const alone = iotaAlone.get(code);
  if (alone !== undefined) return String.fromCodePoint(alone);
  return oneLetter(letter.toUpperCase()) ?? letter;
}

function lowerLetter(letter: string): string {
  return letter === 'İ' ? 'i' : (oneLetter(letter.toLowerCase()) ?? letter);
}

/** Undefined when it has become several. */
function oneLetter(mapped: string): string | undefined {
  const [first, ...more] = mapped;
  return more.length === 0 ? first : undefined;
}
