import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alloyFlagHint } from '../../src/cli/alloy-flags.ts';

test('names for each flag of Alloy what does the same here', () => {
  const argv = [
    'run',
    '--server.http.listen-addr=0.0.0.0:12345',
    '--storage.path',
    '/var/lib/alloy',
    '--stability.level=public-preview',
    '--disable-reporting',
    '--cluster.enabled',
    'config.alloy',
  ];
  assert.deepEqual(alloyFlagHint(argv), [
    '--server.http.listen-addr: use --set service.admin.endpoint=ADDRESS, where /metrics, /-/ready and /-/reload are',
    '--storage.path: use exporters.ID.queue.dir, or --queue-dir DIR with an .alloy file',
    '--stability.level: not needed: there are no levels of stability, leave it out',
    '--disable-reporting: not needed: nothing is reported, leave it out',
    '--cluster.enabled: not needed: each gateway stands alone behind a balancer',
  ]);
});

test('says what convert reads', () => {
  assert.match(alloyFlagHint(['convert', '--source-format=prometheus', 'x']).join(), /\.alloy and \.river files only/);
});

test('has nothing to say of our own words', () => {
  assert.deepEqual(alloyFlagHint(['fmt', '-w', 'x.alloy']), []);
  assert.deepEqual(alloyFlagHint(['run', '--set', 'a=b', '--watch', 'c.yaml']), []);
  assert.deepEqual(alloyFlagHint(['constructor', '--toString']), []);
  assert.deepEqual(alloyFlagHint([]), []);
});
