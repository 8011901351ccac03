import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { endpointNames, isDefaultName, shownUrl } from '../../../src/exporters/pyroscope/delivery/names.ts';
import { planCursors } from '../../../src/exporters/pyroscope/delivery/plan.ts';

const of = (url: string, name = ''): { url: string; name: string } => ({ url, name });

test('an endpoint without a name is called after host, port and path of its url', () => {
  const urls = ['http://pyroscope:4040', 'http://u:p@h', 'https://h/tenants/', 'http://[::1]:4040/x?y#z'];
  assert.deepEqual(endpointNames(urls.map((url) => of(url))), ['pyroscope:4040', 'h:80', 'h:443/tenants', '[::1]:4040/x']);
});

test('doubles get a number, and what people wrote stays as it is', () => {
  const names = endpointNames([
    of('http://h:1'),
    of('http://h:1'),
    of('http://h:2', 'h:1-2'),
    of('http://h:1'),
    of('http://h:9', 'x'),
    of('http://h:9', 'x'),
  ]);
  assert.deepEqual(names, ['h:1', 'h:1-3', 'h:1-2', 'h:1-4', 'x', 'x-2']);
});

test('names are unique whatever the endpoints are', () => {
  const endpoint = fc.record({
    url: fc.constantFrom('http://a:1', 'http://a:1/', 'http://b:2/x'),
    name: fc.constantFrom('', '', 'a:1', 'a:1-2', 'n'),
  });
  fc.assert(
    fc.property(fc.array(endpoint, { maxLength: 12 }), (endpoints) => {
      const names = endpointNames(endpoints);
      assert.equal(new Set(names).size, endpoints.length);
      for (const [at, { name }] of endpoints.entries()) {
        const first = endpoints.findIndex((other) => other.name === name);
        if (name !== '' && first === at) assert.equal(names[at], name);
        if (name === '') assert.ok(isDefaultName(names[at] ?? ''));
      }
    }),
  );
});

test('user-info is never shown', () => {
  assert.equal(shownUrl('http://bob:s3cret@h:4040/x'), 'http://h:4040/x');
  assert.equal(shownUrl('http://h:4040/a@b'), 'http://h:4040/a@b');
  assert.equal(shownUrl('http://h:4040/'), 'http://h:4040/');
});

const existing = (...names: string[]): { name: string; retired: boolean }[] => names.map((name) => ({ name, retired: false }));
const unnamed = (name: string) => ({ name, named: false });

test('an endpoint finds its cursor by its name', () => {
  assert.deepEqual(planCursors(existing('a:1', 'b'), [unnamed('a:1'), { name: 'b', named: true }]), { inherited: undefined, orphans: [] });
});

test('where one unnamed endpoint went and one came, the new one inherits', () => {
  const plan = planCursors(existing('old:1', 'stays:1'), [unnamed('stays:1'), unnamed('new:1')]);
  assert.deepEqual(plan, { inherited: { from: 'old:1', to: 'new:1' }, orphans: [] });
});

test('nobody inherits when several went or came, or when a name was given', () => {
  const none = (plan: ReturnType<typeof planCursors>, orphans: string[]): void => assert.deepEqual(plan, { inherited: undefined, orphans });
  none(planCursors(existing('old:1', 'old:2'), [unnamed('new:1')]), ['old:1', 'old:2']);
  none(planCursors(existing('old:1'), [unnamed('new:1'), unnamed('new:2')]), ['old:1']);
  none(planCursors(existing('old:1'), [{ name: 'new', named: true }]), ['old:1']);
  none(planCursors(existing('old'), [unnamed('new:1')]), ['old']);
  none(planCursors([{ name: 'old:1', retired: true }], [unnamed('new:1')]), ['old:1']);
  none(planCursors([], [unnamed('new:1')]), []);
});
