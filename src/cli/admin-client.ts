import { readFileSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import { exitCode } from './exit-code.ts';

/** How a verb reaches a gateway that runs. */
export interface AdminTarget {
  /** host:port, or a URL where it speaks TLS. */
  readonly admin: string;
  /** File with the token; undefined where none is asked for. */
  readonly tokenFile: string | undefined;
}

/** The admin endpoint cannot be reached, or says no. */
export class AdminUnavailable extends Error {
  readonly exitCode = exitCode.unavailable;
}

/** Asks the admin endpoint of a running gateway. Rejects with AdminUnavailable: its message names the address and what was answered. */
export async function askAdmin(
  { admin, tokenFile }: AdminTarget,
  path: string,
  init: { method?: string; body?: unknown } = {},
): Promise<Response> {
  const base = /^https?:\/\//.test(admin) ? admin.replace(/\/+$/, '') : `http://${admin}`;
  const { method = 'GET', body } = init;
  let answer: Response;
  try {
    answer = await fetch(`${base}${path}`, {
      method,
      headers: tokenFile === undefined ? {} : { authorization: `Bearer ${tokenOf(tokenFile)}` },
      redirect: 'manual',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (why) {
    if (why instanceof AdminUnavailable) throw why;
    const cause = why instanceof Error && why.cause !== undefined ? messageOf(why.cause) : messageOf(why);
    throw new AdminUnavailable(`no gateway answers at ${base}: ${cause}`, { cause: why });
  }
  if (answer.ok) return answer;
  const said = (await answer.text()).trim();
  const hint = answer.status === 401 && tokenFile === undefined ? ' (name the file with the token: --token-file FILE)' : '';
  throw new AdminUnavailable(`${base}${path} answers ${answer.status}: ${said}${hint}`);
}

/** The first token of the file: the same file that service.admin.token_file names. */
function tokenOf(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (why) {
    throw new AdminUnavailable(`--token-file: ${messageOf(why)}`, { cause: why });
  }
  const token = text.split(/\r?\n/).find((line) => !/^\s*(#|$)/.test(line));
  if (token === undefined) throw new AdminUnavailable(`--token-file ${file}: expected a token, found none`);
  return token.trim();
}
