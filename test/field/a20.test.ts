import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { flamegate, temporary } from './field.ts';

// grafana/k8s-monitoring-helm#1376: forward_to names a writer that the rendered file does not have.
const file = join(import.meta.dirname, '..', 'config', 'alloy', 'configs', '01-helm-declare-receiver.alloy');

test('a reference to a writer that is not there is refused at its place, with the writers that are', async (t) => {
  const directory = temporary(t);
  const text = readFileSync(file, 'utf8').replace('pyroscope.write "field_store"', 'pyroscope.write "other_store"');
  writeFileSync(join(directory, 'gateway.alloy'), text);
  const lines = text.split('\n');
  const line = lines.findIndex((one) => one.includes('pyroscope.write.field_store')) + 1;
  const column = (lines[line - 1] ?? '').indexOf('pyroscope.write.field_store') + 1;
  for (const verb of ['validate', 'run']) {
    const { code, text: said } = await flamegate(t, [verb, 'gateway.alloy'], { directory });
    assert.equal(code, 78, said);
    assert.match(said, new RegExp(`gateway\\.alloy:${line}:${column}\\b.*pyroscope\\.write\\.field_store`));
    assert.match(said, /pyroscope\.write\.other_store/);
  }
});
