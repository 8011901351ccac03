import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatAlloy } from '../../src/config/alloy/format.ts';
import { AlloyError } from '../../src/config/alloy/source.ts';
import { formatYaml } from '../../src/config/yaml-format.ts';
import { mutated, seeds } from './alloy/mutated.ts';
import { seeds as yamlSeeds } from './mutated.ts';

const format = (text: string): string => formatAlloy({ name: 'c.alloy', text });

test('writes .alloy as alloy fmt does: tabs, blanks around operators, aligned names, comments kept', () => {
  const text = `// top
logging { level="info" }   // why


pyroscope.write  "x" {

  external_labels={a="b",  "ccc" =  -1+2 , }
  endpoint {
       url = "http://a"
   remote_timeout="1s"   /* c */
     headers = {
  "X-Scope-OrgID"   = "a",
 b = f( [1,2][0] , !true && a.b.c == -2 ),
     }

     // last
  }

}
loki.echo "e" {}`;
  const formatted = `// top
logging { level = "info" } // why

pyroscope.write "x" {
	external_labels = {a = "b", "ccc" = -1 + 2,}
	endpoint {
		url            = "http://a"
		remote_timeout = "1s" /* c */
		headers        = {
			"X-Scope-OrgID" = "a",
			b               = f([1, 2][0], !true && a.b.c == -2),
		}

		// last
	}
}
loki.echo "e" { }
`;
  assert.equal(format(text), formatted);
  assert.equal(format(formatted), formatted);
});

test('changes the form of every real .alloy file once, and the meaning of none', () => {
  for (const text of seeds) {
    let once: string;
    try {
      once = format(text);
    } catch (why) {
      assert.ok(why instanceof AlloyError, text); // it is refused as it stands
      continue;
    }
    assert.equal(format(once), once, text);
  }
});

test('damaged .alloy files are formatted or refused, nothing else', () => {
  const numRuns = Number(process.env['FLAMEGATE_RUNS'] ?? 150);
  const holds = (text: string): void => {
    try {
      assert.equal(format(format(text)), format(text));
    } catch (why) {
      assert.ok(why instanceof AlloyError, `${why}`);
    }
  };
  fc.assert(fc.property(mutated, holds), { numRuns });
});

test('writes YAML with two blanks and keeps comments, blank lines, quotes, numbers and references', () => {
  const text = `# top
a:
    b:   "\${URL}"   # why
    c: [x,   'y']

    d: {e:  010, f: 1e3}
g:
- h: ~
  i: |
      text
`;
  const formatted = `# top
a:
  b: "\${URL}" # why
  c: [x, 'y']

  d: { e: 010, f: 1e3 }
g:
  - h: ~
    i: |
      text
`;
  assert.equal(formatYaml(text), formatted);
  assert.equal(formatYaml(formatted), formatted);
  assert.equal(formatYaml('# nothing\n'), '# nothing\n');
  for (const seed of yamlSeeds) assert.equal(formatYaml(formatYaml(seed)), formatYaml(seed));
});
