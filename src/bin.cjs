#!/usr/bin/env node
'use strict';

// Any Node since 10 must be able to read this file, so that an old one is told what is missing instead of failing on newer syntax.
const needed = 24;
const found = process.versions.node;

// Node would open its debugger, until main.ts sees to that.
process.on('SIGUSR1', () => {});

if (Number.parseInt(found, 10) < needed) {
  process.stderr.write(
    `flamegate needs Node ${needed} or newer, this is Node ${found} (${process.execPath}).\n` +
      'In a checkout: npm ci, then npx flamegate or node_modules/.bin/node src/main.ts\n',
  );
  process.exitCode = 78; // EX_CONFIG
} else {
  // What was compiled once is not compiled again: a second start takes a third of the time. Where nothing may be written it does nothing.
  require('node:module').enableCompileCache();
  if (require('node:fs').existsSync(`${__dirname}/main.ts`)) {
    import('./main.ts'); // a checkout
  } else {
    import('../dist/main.js'); // the npm package
  }
}
