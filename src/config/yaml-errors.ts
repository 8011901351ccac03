// By code of the parser. Its own words may repeat what stands in the file, and that may be a secret (`password: !word`).
const messages: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'an alias can have neither anchor nor tag',
  BAD_ALIAS: 'this is no alias; quote a value that begins with *',
  BAD_COLLECTION_TYPE: 'tags are not supported; quote a value that begins with !',
  BAD_DIRECTIVE: 'directives are not supported; quote a value that begins with %',
  BAD_DQ_ESCAPE: 'unknown escape in double quotes; use single quotes, or \\\\ for a backslash',
  BAD_SCALAR_START: 'a value that begins with @, % or ` must be quoted',
  BLOCK_AS_IMPLICIT_KEY: 'a second "key: value" on one line; quote a value that holds ": "',
  BLOCK_IN_FLOW: 'a block cannot stand inside of { } or [ ]',
  KEY_OVER_1024_CHARS: 'a key cannot be longer than 1024 characters',
  MULTILINE_IMPLICIT_KEY: 'expected "key: value", found text without a colon',
  MULTIPLE_ANCHORS: 'one anchor is enough; quote a value that begins with &',
  MULTIPLE_TAGS: 'tags are not supported; quote a value that begins with !',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'tabs cannot indent: use spaces',
  TAG_RESOLVE_FAILED: 'tags are not supported; quote a value that begins with !',
};

/** What is wrong with a text that is no YAML, without a word of the text. */
export function syntaxMessage(error: { readonly code: string; readonly message: string }): string {
  const known = messages[error.code];
  if (known !== undefined) return known;
  const words = error.message
    .replace(/: .*$/s, '')
    .replace(/^(Flow (?:sequence|map)) in block collection must be sufficiently indented and end with a (.)$/, '$1 without its $2')
    .replace('flow-map-end token', '}')
    .replace('flow-seq-end token', ']')
    .replace(/(["'])quote$/, 'quote $1');
  return words.charAt(0).toLowerCase() + words.slice(1);
}
