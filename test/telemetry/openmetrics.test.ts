import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toOpenMetrics } from '../../src/telemetry/openmetrics.ts';

test('a counter without _total gets it on its samples only', () => {
  assert.equal(
    toOpenMetrics('# HELP c Of c.\n# TYPE c counter\nc{a="c"} 1\nc{a="d"} 2\n\n# HELP g Of g.\n# TYPE g gauge\ng 3\n'),
    '# HELP c Of c.\n# TYPE c counter\nc_total{a="c"} 1\nc_total{a="d"} 2\n# HELP g Of g.\n# TYPE g gauge\ng 3\n# EOF\n',
  );
});

test('nothing at all is still a document', () => {
  assert.equal(toOpenMetrics('\n'), '\n# EOF\n');
});
