import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { anchorsOf, pages, proseOf, root } from './pages.ts';

const all = pages();
const anchors = new Map(all.map((page) => [page.name, anchorsOf(page)]));

for (const page of all) {
  test(`every relative link of ${page.name} leads somewhere`, () => {
    const broken: string[] = [];
    for (const [, link = ''] of proseOf(page).matchAll(/\]\(((?!https?:|mailto:)[^)\s]+)\)/g)) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? page.name : relative(root, join(root, dirname(page.name), path));
      if (!existsSync(join(root, target))) broken.push(`${link}: there is no ${target}`);
      else if (anchor !== undefined && anchors.get(target)?.has(anchor) !== true) broken.push(`${link}: ${target} has no such heading`);
    }
    assert.deepEqual(broken, []);
  });
}

test('every page of docs/ is reached from the README', () => {
  const readme = all.find(({ name }) => name === 'README.md')?.text ?? '';
  for (const { name } of all) {
    if (name !== 'README.md') assert.ok(readme.includes(`](${name}`), `${name} is not linked`);
  }
});
