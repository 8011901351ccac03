import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** One file of a source tree. Paths are relative to the tree. */
export interface Source {
  readonly file: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly uses: readonly Use[];
}

/** One edge: static, type-only, `import('x').T`, re-export, dynamic import or require. */
export interface Import {
  readonly line: number;
  readonly kind: 'file' | 'package' | 'builtin';
  /** Path in the tree, name of the package without subpath, name of the built-in without `node:`. */
  readonly to: string;
  /** Gone at run time. */
  readonly typeOnly: boolean;
}

/** Something that is looked for in expressions: "Date.now", "new Date", "setTimeout". */
export interface Use {
  readonly line: number;
  readonly name: string;
}

/** Parses every source file below `root`. Throws on one that does not parse or that names a module by an expression. */
export function readTree(root: string): Source[] {
  return globSync('**/*.{ts,mts,cts,js,mjs,cjs,tsx,jsx}', { cwd: root })
    .sort()
    .map((file) => readSource(root, file.split('\\').join('/')));
}

function readSource(root: string, file: string): Source {
  const text = readFileSync(join(root, file), 'utf8');
  const parsed = parseSync(file, text, { sourceType: file.endsWith('.cjs') ? 'commonjs' : 'module' });
  if (parsed.errors.length > 0) throw new Error(`${file} does not parse: ${parsed.errors[0]?.message}`);
  const imports: Import[] = [];
  const uses: Use[] = [];
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  const edge = (at: number, source: { value?: unknown } | null, typeOnly: boolean): void => {
    if (typeof source?.value !== 'string') throw new Error(`${file}:${lineOf(at)} names a module by an expression`);
    imports.push({ line: lineOf(at), typeOnly, ...resolve(file, source.value) });
  };
  const use = (at: number, name: string): void => {
    uses.push({ line: lineOf(at), name });
  };
  new Visitor({
    ImportDeclaration: (node) => edge(node.start, node.source, isTypeOnly(node.importKind, node.specifiers)),
    ExportNamedDeclaration(node) {
      if (node.source !== null) edge(node.start, node.source, isTypeOnly(node.exportKind, node.specifiers));
    },
    ExportAllDeclaration: (node) => edge(node.start, node.source, node.exportKind === 'type'),
    ImportExpression: (node) => edge(node.start, node.source as { value?: unknown }, false), // a literal, or edge() throws
    TSImportType: (node) => edge(node.start, node.source, true),
    CallExpression(node) {
      if (node.callee.type !== 'Identifier') return;
      if (node.callee.name === 'require')
        edge(node.start, node.arguments[0] as { value?: unknown }, false); // as above
      else use(node.start, node.callee.name);
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier') use(node.start, `new ${node.callee.name}${node.arguments.length === 0 ? '()' : ''}`);
    },
    MemberExpression(node) {
      if (node.object.type === 'Identifier' && node.property.type === 'Identifier')
        use(node.start, `${node.object.name}.${node.property.name}`);
    },
  }).visit(parsed.program);
  return { file, lines: text.split('\n').length - 1, imports, uses };
}

function isTypeOnly(kind: string | null | undefined, specifiers: readonly object[]): boolean {
  if (kind === 'type') return true;
  // Those of an import have importKind, those of an export exportKind; a default or namespace import neither.
  const inline = specifiers.map((specifier) =>
    'importKind' in specifier ? specifier.importKind : 'exportKind' in specifier ? specifier.exportKind : 'value',
  );
  return inline.length > 0 && inline.every((each) => each === 'type');
}

function resolve(from: string, specifier: string): Pick<Import, 'kind' | 'to'> {
  if (specifier.startsWith('.')) return { kind: 'file', to: posix.join(posix.dirname(from), specifier) };
  if (isBuiltin(specifier)) return { kind: 'builtin', to: specifier.replace(/^node:/, '') };
  return { kind: 'package', to: specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/') };
}
