import { isSeq, parseAllDocuments, visit } from 'yaml';

/**
 * A YAML file in one form: two blanks of indentation, no line folded, blank lines and comments where they were. Throws for a text that parseYaml
 * refuses; what it means never changes.
 */
export function formatYaml(text: string): string {
  const before = documentOf(text);
  if (before === undefined) return text.trim() === '' ? '' : `${text.trimEnd()}\n`;
  const formatted = withoutPadding(before.toString({ indent: 2, lineWidth: 0, flowCollectionPadding: true }));
  const after = documentOf(formatted);
  if (JSON.stringify(after?.toJS({ maxAliasCount: -1 })) !== JSON.stringify(before.toJS({ maxAliasCount: -1 })))
    throw new Error('formatting would change what the file means');
  return formatted;
}

/** `[ a, b ]` -> `[a, b]`, as the documentation has it; maps keep their blanks. */
function withoutPadding(text: string): string {
  const blanks: number[] = [];
  visit(documentOf(text) ?? null, {
    Seq(_, node) {
      if (!isSeq(node) || node.flow !== true || !node.range) return;
      const [start, end] = node.range;
      if (text[start + 1] === ' ' && !text.slice(start, end).includes('\n')) blanks.push(start + 1, end - 2);
    },
  });
  return blanks
    .sort((a, b) => b - a)
    .reduce((result, at) => (result[at] === ' ' ? result.slice(0, at) + result.slice(at + 1) : result), text);
}

/** Scalars stay as they are written: quotes, numbers and references too. Undefined for a file with nothing but comments. */
function documentOf(text: string): ReturnType<typeof parseAllDocuments>[number] | undefined {
  const [document] = parseAllDocuments(text.replace(/^\uFEFF/, ''), { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' });
  return document?.contents === null ? undefined : document;
}
