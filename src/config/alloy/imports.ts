import { join } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import { BlockReader, type Reading } from './block-reader.ts';
import { choice, duration, text } from './decode.ts';
import type { Scope } from './evaluate.ts';
import { Library } from './library.ts';
import { parseFile } from './parser.ts';
import type { Session } from './session.ts';
import type { Position } from './source.ts';
import type { Block, Body } from './syntax.ts';

// Imports of imports of imports: nobody does that by hand.
const deepest = 10;

const detector = choice(['fsnotify', 'poll'], (found) => `unknown detector ${JSON.stringify(found)}; known: fsnotify, poll`);

/** The custom components that a body declares and imports, for use in it and in the bodies inside. */
export function libraryOf(body: Body, around: Library | undefined, scope: Scope, session: Session, depth = 0): Library {
  const library = new Library(around);
  const known = new Set<string>();
  for (const block of body) {
    if (block.kind !== 'block' || (block.name !== 'declare' && block.name !== 'import.file')) continue;
    const id = `${block.name}.${block.label}`;
    if (block.label === '') session.error(block.at, block.name, `block ${JSON.stringify(block.name)} requires non-empty label`);
    else if (known.has(block.label))
      session.error(block.at, id, `${JSON.stringify(block.label)} is already declared or imported in this module`);
    else if (block.name === 'declare') library.declare(block.label, { block, library });
    else library.import(block.label, importFile(block, scope, session, depth));
    known.add(block.label);
  }
  return library;
}

function importFile(block: Block, scope: Scope, session: Session, depth: number): Library {
  const id = `import.file.${block.label}`;
  const reading: Reading = {
    scope,
    error: (at, path, message) => session.error(at, path, message),
    warn: (at, path, message) => session.warn(at, path, message),
    undecided() {},
  };
  const reader = new BlockReader(block, reading, id);
  const filename = reader.required('filename', text);
  reader.attribute('detector', detector);
  reader.attribute('poll_frequency', duration);
  reader.finish();
  if (filename === undefined) return new Library();
  const at = reader.whereIs('filename');
  if (depth >= deepest) {
    session.error(at, id, `imports are nested too deeply: at most ${deepest} levels`);
    return new Library();
  }
  const body = modulesOf(filename.value, at, id, session).filter((statement) => {
    if (statement.kind === 'block' && (statement.name === 'declare' || statement.name === 'import.file')) return true;
    session.error(statement.at, id, `${statement.name} may not stand at the top of an imported module: only declare and import.file may`);
    return false;
  });
  return libraryOf(body, undefined, scope, session, depth + 1);
}

/** The statements of a file, or of every .alloy file of a directory. */
function modulesOf(path: string, at: Position, id: string, session: Session): Body {
  try {
    const files = session.world.listFiles(path);
    const paths = files === undefined ? [path] : files.filter((name) => name.endsWith('.alloy')).map((name) => join(path, name));
    return paths.flatMap((name) => {
      const source = { name, text: session.world.readFile(name) };
      return parseFile(source, (where, message) => session.error(where, '', message));
    });
  } catch (why) {
    session.error(at, id, `cannot read ${path}: ${messageOf(why)}`);
    return [];
  }
}
