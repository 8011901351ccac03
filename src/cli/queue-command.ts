import type { Command } from 'commander';
import type { Matcher } from '../core/matcher.ts';
import type { Io } from './io.ts';
import { collected, durationMs, matcher, positive, renamed } from './option-values.ts';
import type { Selection } from './queue/selection.ts';

interface SelectionFlags {
  readonly dead?: boolean;
  readonly endpoint?: string;
  readonly match?: Matcher;
  readonly olderThan?: number;
  readonly limit?: number;
}

/** `flamegate queue VERB DIR`: the queue directory of a gateway that is stopped. */
export function addQueueCommand(program: Command, io: Io, done: (code: number) => void): void {
  const queue = program.command('queue').description('inspect and change the queue directory of a stopped gateway');
  const verb = (name: string, description: string): Command =>
    queue.command(`${name} <dir>`).description(description).option('--json', 'as JSON');

  queue
    .command('ls [dir]')
    .description('endpoints, and what is left to deliver to each: of a directory, or with --admin of a gateway that runs')
    .option('--json', 'as JSON')
    .option('--admin <address>', 'the admin endpoint of a gateway that runs, host:port or URL')
    .option('--token-file <file>', 'file with its token')
    .hook('preAction', (_, action) => {
      const { admin } = action.opts<{ admin?: string }>();
      if ((action.args.length === 0) === (admin === undefined)) action.error('error: expected either a directory or --admin');
    })
    .action(async (dir: string | undefined, { json = false, admin, tokenFile }: { json?: boolean; admin?: string; tokenFile?: string }) => {
      if (dir === undefined) {
        const { runRunningQueueLs } = await import('./queue/ls-running.ts');
        return done(await runRunningQueueLs({ admin: admin ?? '', tokenFile, json }, io));
      }
      const { runQueueLs } = await import('./queue/ls.ts');
      done(await runQueueLs({ dir, json }, io));
    });

  selecting(verb('show', 'one line a record: labels, size, age, tenant')).action(
    async (dir: string, { json = false, ...flags }: SelectionFlags & { json?: boolean }) => {
      const { runQueueShow } = await import('./queue/show.ts');
      done(await runQueueShow({ dir, json, ...selectionOf(flags) }, io));
    },
  );

  verb('verify', 'read every byte and report damage; changes nothing').action(async (dir: string, { json = false }: { json?: boolean }) => {
    const { runQueueVerify } = await import('./queue/verify.ts');
    done(await runQueueVerify({ dir, json }, io));
  });

  verb('repair', 'drop damaged records, rewrite damaged segments and indexes').action(
    async (dir: string, { json = false }: { json?: boolean }) => {
      const { runQueueRepair } = await import('./queue/repair.ts');
      done(await runQueueRepair({ dir, json }, io));
    },
  );

  selecting(verb('export', 'write records as files that go tool pprof reads; removes nothing from the queue'))
    .requiredOption('--to <dir>', 'where the files go')
    .option('--queue', 'as a queue directory, for replay and adopt elsewhere')
    .action(
      async (
        dir: string,
        { json = false, to, queue = false, ...flags }: SelectionFlags & { json?: boolean; to: string; queue?: boolean },
      ) => {
        const { runQueueExport } = await import('./queue/export.ts');
        done(await runQueueExport({ dir, json, to, queue, ...selectionOf(flags) }, io));
      },
    );

  selecting(verb('replay', 'send records again, or put dead letters back into their queue'))
    .option('--to <url>', 'a Pyroscope; without it --dead goes back into the queue')
    .option('--header <name: value>', 'sent with each request; may be repeated', collected)
    .option('--as <endpoint>', 'put them into the queue of this endpoint instead of their own')
    .option('--rate <records>', 'records a second', positive, 100)
    .action(
      async (
        dir: string,
        {
          json = false,
          to,
          header = [],
          as,
          rate,
          ...flags
        }: SelectionFlags & { json?: boolean; to?: string; header?: string[]; as?: string; rate: number },
      ) => {
        const { runQueueReplay } = await import('./queue/replay.ts');
        done(await runQueueReplay({ dir, json, to, headers: header, as, rate, ...selectionOf(flags) }, io));
      },
    );

  selecting(verb('purge', 'delete records'))
    .option('--all', 'every record')
    .option('--dry-run', 'only count what would be deleted')
    .action(
      async (
        dir: string,
        { json = false, all = false, dryRun = false, ...flags }: SelectionFlags & { json?: boolean; all?: boolean; dryRun?: boolean },
      ) => {
        const { runQueuePurge } = await import('./queue/purge.ts');
        done(await runQueuePurge({ dir, json, all, dryRun, ...selectionOf(flags) }, io));
      },
    );

  verb('adopt', 'take over the queue directory of a gateway that is gone')
    .requiredOption('--from <dir>', 'directory of that gateway')
    .option('--rename <old=new>', 'the name here of one of its endpoints; may be repeated', renamed)
    .action(
      async (
        dir: string,
        { json = false, from, rename = new Map() }: { json?: boolean; from: string; rename?: ReadonlyMap<string, string> },
      ) => {
        const { runQueueAdopt } = await import('./queue/adopt.ts');
        done(await runQueueAdopt({ dir, json, from, names: rename }, io));
      },
    );
}

function selecting(command: Command): Command {
  return command
    .option('--dead', 'dead letters instead of the queue')
    .option('--endpoint <name>', 'only of this endpoint')
    .option('--match <matcher>', 'series that match, such as {service_name="shop"}', matcher)
    .option('--older-than <duration>', 'received longer ago than this, such as 1h', durationMs)
    .option('--limit <records>', 'at most this many', positive);
}

function selectionOf({ dead = false, endpoint, match, olderThan, limit }: SelectionFlags): Selection {
  return { dead, endpoint, match, olderThanMs: olderThan, limit };
}
