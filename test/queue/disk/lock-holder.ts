import { lockFile } from '../../../src/queue/disk/lock.ts';

// Holds the lock named on the command line until it is killed; the test reads what became of it.
const unlock = lockFile(process.argv[2] ?? '');
process.stdout.write(unlock === undefined ? 'refused\n' : 'locked\n');
if (unlock !== undefined) setInterval(() => {}, 60_000);
