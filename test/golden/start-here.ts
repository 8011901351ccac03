import { exitCode, exitCodeOf } from '../../src/cli/exit-code.ts';
import { Gateway, sourceOf } from '../../src/cli/gateway.ts';
import type { Io } from '../../src/cli/io.ts';
import { loadSources } from '../../src/cli/sources.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { messageOf } from '../../src/core/errors.ts';
import { isReady, type Running, type StartOptions } from './gateway.ts';

/** Starts a gateway in this process: what `flamegate run` does, without the second that a process takes to load. */
export async function startHere(options: StartOptions): Promise<Running> {
  const printed: string[] = [];
  const writer = { write: (text: string) => void printed.push(text), isTty: false };
  const io: Io = { env: options.env, cwd: options.cwd, stdout: writer, stderr: writer };
  const sources = {
    files: [options.config],
    sets: [`service.admin.endpoint=127.0.0.1:${options.adminPort}`],
    strict: false,
    secretsDir: undefined,
    queueDir: undefined,
  };
  const loaded = loadSources(sources, io);
  const source = sourceOf(loaded);
  for (const problem of loaded.problems) writer.write(`${formatProblem(problem)}\n`);
  if (source === undefined) return ended(exitCode.config, printed);
  const output = {
    terminal: false,
    write(line: string) {
      printed.push(line);
      return true;
    },
    async close() {},
  };
  const gateway = new Gateway({ source, load: () => loadSources(sources, io), version: '0.0.0', output });
  try {
    await gateway.start();
  } catch (why) {
    await gateway.close();
    writer.write(messageOf(why));
    return ended(exitCodeOf(why), printed);
  }
  const ready = await isReady(options);
  return {
    ready,
    exitCode: () => undefined,
    output: () => printed.join(''),
    async stop() {
      await gateway.stop(AbortSignal.abort(new Error('the case is over')));
      await gateway.close();
    },
  };
}

function ended(code: number, printed: readonly string[]): Running {
  return { ready: false, exitCode: () => code, output: () => printed.join(''), async stop() {} };
}
