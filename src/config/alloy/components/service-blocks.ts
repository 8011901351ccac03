import type { BlockReader } from '../block-reader.ts';
import type { Part } from '../component.ts';
import { choice, number } from '../decode.ts';
import { instead, record } from '../placed.ts';
import { placeOf } from '../source.ts';

/** Says of something in a file that it is not in force here: a warning, with --strict an error. */
export type NotInForce = (block: BlockReader, name: string, message: string) => void;

const level = choice(
  ['error', 'warn', 'info', 'debug'],
  (found) => `unrecognized log level ${JSON.stringify(found)}; known: error, warn, info, debug`,
);
const format = choice(['logfmt', 'json'], (found) => `unrecognized log format ${JSON.stringify(found)}; known: logfmt, json`);

/** The blocks of Alloy that set up the program itself, and what becomes of each. They stand once, without a label. */
export const serviceBlocks: Readonly<Record<string, (block: BlockReader, notInForce: NotInForce) => readonly Part[]>> = {
  logging(block, notInForce) {
    const keys = { level: block.attribute('level', level), format: block.attribute('format', format) };
    notInForce(block, 'write_to', 'logs are not sent there; service.telemetry.logs says where they go');
    notInForce(block, 'destination', 'service.telemetry.logs says where logs go');
    notInForce(block, 'rate_limiting', 'repeated log lines are limited by Flamegate itself');
    block.finish();
    return [{ section: 'telemetry', id: 'logs', placed: record<unknown>(keys, placeOf(block.at)) }];
  },

  tracing(block, notInForce) {
    const fraction = block.attribute('sampling_fraction', number);
    notInForce(block, 'write_to', 'traces are not sent there: set service.telemetry.traces.otlp.endpoint');
    notInForce(block, 'sampler', 'there is no remote sampler: sampling_fraction holds');
    block.finish();
    if (fraction === undefined) return [];
    // More than all is all, fewer than none is none.
    const ratio = Math.min(1, Math.max(0, fraction.value));
    return [{ section: 'telemetry', id: 'traces', placed: record({ sample_ratio: instead(fraction, ratio) }, placeOf(block.at)) }];
  },

  http(block, notInForce) {
    notInForce(
      block,
      'auth',
      'NOT in force: this does not protect the admin endpoint of Flamegate; set service.admin.token_file, or keep service.admin.endpoint on 127.0.0.1',
    );
    notInForce(
      block,
      'tls',
      'NOT in force: the admin endpoint of Flamegate speaks clear text; keep service.admin.endpoint on 127.0.0.1, or put a proxy with TLS before it',
    );
    block.finish();
    return [];
  },

  livedebugging(block, notInForce) {
    notInForce(block, '', 'not in force: Flamegate has no live debugging of Alloy');
    return [];
  },

  remotecfg(block, notInForce) {
    notInForce(block, '', 'not in force: Flamegate fetches no configuration; give it the files');
    return [];
  },
};
