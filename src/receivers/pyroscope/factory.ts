import type { ReceiverFactory } from '../../core/component.ts';
import { authFaults } from '../../net/server/authenticator.ts';
import { listenerTlsFaults } from '../../net/tls.ts';
import { PyroscopeReceiver } from './receiver.ts';
import { PyroscopeReceiverSchema } from './schema.ts';

/** `receivers: pyroscope`: what speaks to Pyroscope may speak to this. */
export const pyroscopeReceiver: ReceiverFactory<typeof PyroscopeReceiverSchema> = {
  kind: 'receiver',
  type: 'pyroscope',
  schema: PyroscopeReceiverSchema,
  check: ({ tls, auth }) => [...(tls === undefined ? [] : listenerTlsFaults(['tls'], tls)), ...authFaults(['auth'], auth)],
  create: (config, next, host) => new PyroscopeReceiver(config, next, host),
};
