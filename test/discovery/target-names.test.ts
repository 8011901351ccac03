import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Discovery } from '../../src/discovery/discovery.ts';
import { SourceSchema } from '../../src/discovery/schema.ts';
import { createTestHost } from '../support/host.ts';

test('rules set any name, or with target_names: legacy only those that Alloy sets', async () => {
  for (const target_names of ['any', 'legacy'] as const) {
    const host = createTestHost({ id: 'scrape' });
    const found = Promise.withResolvers<void>();
    const discovery = new Discovery(() => found.resolve());
    const rules = [
      { source_labels: ['__address__'], target_label: 'host.name' },
      { source_labels: ['__address__'], target_label: 'host_name' },
    ];
    discovery.follow([SourceSchema.parse({ from: 'static', targets: [{ __address__: 'app:80' }], rules, target_names })], host);
    await found.promise;
    const { targets } = discovery.targets();
    const dotted = target_names === 'any' ? { 'host.name': 'app:80' } : {};
    assert.deepEqual(targets, [{ __address__: 'app:80', host_name: 'app:80', ...dotted }]);
    await discovery.close();
  }
});
