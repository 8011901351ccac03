import type { Host } from '../../core/component.ts';
import type { AuthConfig } from './auth-schema.ts';
import type { Authenticator } from './identity.ts';
import { Tokens } from './tokens.ts';
import { Users } from './users.ts';

/** What `auth` asks for; undefined: nobody is asked. Throws a sentence that names a file that is missing or of no use. */
export function createAuthenticator(
  config: AuthConfig | undefined,
  host: Pick<Host, 'clock' | 'log' | 'share'>,
): Authenticator | undefined {
  if (config?.bearer !== undefined) return new Tokens(config.bearer.tokens_file, host);
  if (config?.basic !== undefined) return new Users(config.basic.users_file, host);
  return undefined;
}
