import { runCli } from './cli/cli.ts';
import { exitCode } from './cli/exit-code.ts';
import { processIo } from './cli/io.ts';

// Node would open its debugger for whoever may send this signal, and with it every secret of the process.
process.on('SIGUSR1', () => {});

// A bug: nothing is known of the state any more, so the process ends and a supervisor starts it anew.
process.on('uncaughtException', (why) => {
  process.stderr.write(`flamegate ends because of a bug, please report it: ${why.stack ?? why}\n`);
  process.exit(exitCode.bug);
});

process.exit(await runCli(process.argv.slice(2), processIo()));
