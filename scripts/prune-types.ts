// Run by `npm run build`: of the declarations in dist/ only those stay that whoever imports the package can reach.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const dist = new URL('../dist/', import.meta.url).pathname;
const needed = new Set<string>();
const open = [join(dist, 'index.d.ts')];
for (let file = open.pop(); file !== undefined; file = open.pop()) {
  if (needed.has(file) || !existsSync(file)) continue;
  needed.add(file);
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)['"]/g)) {
    open.push(join(dirname(file), target.replace(/\.[jt]s$/, '.d.ts')));
  }
}
if (needed.size === 0) throw new Error('dist/index.d.ts is not there: tsc has not run');
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && file.endsWith('.d.ts') && !needed.has(file)) rmSync(file);
}
