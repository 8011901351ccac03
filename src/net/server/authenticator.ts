import type { ConfigFault, Host } from '../../core/component.ts';
import { faultsOfTrying } from '../client/check-files.ts';
import type { AuthConfig } from './auth-schema.ts';
import type { Authenticator } from './identity.ts';
import { readTokens, Tokens } from './tokens.ts';
import { readUsers, Users } from './users.ts';

/** What is wrong with the file of senders that `auth` names, below its key. */
export function authFaults(at: ConfigFault['path'], config: AuthConfig | undefined): ConfigFault[] {
  const { basic, bearer } = config ?? {};
  return [
    ...(basic === undefined ? [] : faultsOfTrying([...at, 'basic', 'users_file'], () => readUsers(basic.users_file))),
    ...(bearer === undefined ? [] : faultsOfTrying([...at, 'bearer', 'tokens_file'], () => readTokens(bearer.tokens_file))),
  ];
}

/** What `auth` asks for; undefined: nobody is asked. Throws a sentence that names a file that is missing or of no use. */
export function createAuthenticator(
  config: AuthConfig | undefined,
  host: Pick<Host, 'clock' | 'log' | 'share'>,
): Authenticator | undefined {
  if (config?.bearer !== undefined) return new Tokens(config.bearer.tokens_file, host);
  if (config?.basic !== undefined) return new Users(config.basic.users_file, host);
  return undefined;
}
