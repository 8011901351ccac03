import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { FollowedFile } from '../../net/client/followed-file.ts';
import { type HttpClientConfig, HttpClientSchema } from '../../net/client/schema.ts';
import type { KubernetesSourceConfig } from '../schema.ts';

/** How the API is spoken to. */
export interface Access {
  readonly client: HttpClientConfig;
  /** Of the gateway itself, or of the context. */
  readonly namespace: string;
}

/** Where a pod finds its credentials (Kubernetes: Accessing the API from within a Pod). */
export const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Reads where the API is and who we are. Rejects with a sentence that says what is missing. */
export async function accessOf(
  config: KubernetesSourceConfig,
  env: Readonly<Record<string, string | undefined>>,
  account = serviceAccount,
): Promise<Access> {
  const { from, rules, role, api_server, kubeconfig_file, namespaces, selectors, ...client } = config;
  if (api_server !== undefined) return { client: { ...client, url: api_server }, namespace: '' };
  if (kubeconfig_file !== '') return fromKubeconfig(kubeconfig_file, client);
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (host === '')
    throw new Error('the gateway does not run in a cluster (KUBERNETES_SERVICE_HOST is not set): set kubeconfig_file or api_server');
  const namespace = (await new FollowedFile(`${account}/namespace`).read().catch(() => '')).trim();
  return {
    client: {
      ...client,
      url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      bearer_token_file: `${account}/token`,
      tls_config: { insecure_skip_verify: false, ca_file: `${account}/ca.crt` },
    },
    namespace,
  };
}

const text = z.string().optional();
const ClusterSchema = z.object({
  server: z.string(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().default(false),
  'tls-server-name': text,
  'proxy-url': text,
});
const UserSchema = z.object({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});
type User = Partial<z.output<typeof UserSchema>>;
const ContextSchema = z.object({ cluster: z.string(), user: z.string().default(''), namespace: text });
const KubeconfigSchema = z.object({
  'current-context': z.string().min(1, 'it names no current-context'),
  contexts: z.array(z.object({ name: z.string(), context: ContextSchema })),
  clusters: z.array(z.object({ name: z.string(), cluster: ClusterSchema })),
  users: z.array(z.object({ name: z.string(), user: UserSchema.nullish() })).default([]),
});

async function fromKubeconfig(path: string, options: Omit<HttpClientConfig, 'url'>): Promise<Access> {
  const wrong = (why: string): Error => new Error(`kubeconfig ${path}: ${why}`);
  const found = KubeconfigSchema.safeParse(parseYaml(await new FollowedFile(path).read(), wrong));
  if (!found.success) {
    const [issue] = found.error.issues;
    throw wrong(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { contexts, clusters, users, 'current-context': current } = found.data;
  const pick = <T extends { readonly name: string }>(list: readonly T[], what: string, name: string): T => {
    const one = list.find((item) => item.name === name);
    if (one === undefined) throw wrong(`it has no ${what} ${JSON.stringify(name)}`);
    return one;
  };
  const { context } = pick(contexts, 'context', current);
  const { cluster } = pick(clusters, 'cluster', context.cluster);
  const user: User = (context.user === '' ? undefined : pick(users, 'user', context.user).user) ?? {};
  if (user.exec || user['auth-provider'])
    throw wrong(
      'its user gets credentials from a program (exec, auth-provider), which the gateway does not run: use a token or a certificate',
    );
  const client = HttpClientSchema.safeParse({ ...clientOf(cluster, user, dirname(path)), remote_timeout: '10s' });
  if (!client.success) throw wrong(client.error.issues[0]?.message ?? 'it cannot be used');
  const { remote_timeout, headers, http_headers, ...from } = client.data;
  return { client: { ...options, ...from }, namespace: context.namespace ?? 'default' };
}

function parseYaml(content: string, wrong: (why: string) => Error): unknown {
  try {
    return parse(content);
  } catch (error) {
    throw wrong(`it is not valid YAML: ${messageOf(error).split('\n', 1)[0]}`);
  }
}

/** The keys of a client; paths are relative to the kubeconfig, data is base64. */
function clientOf(cluster: z.output<typeof ClusterSchema>, user: User, folder: string): object {
  const file = (path: string | undefined): string | undefined => path && resolve(folder, path);
  const data = (value: string | undefined): string | undefined => value && Buffer.from(value, 'base64').toString('utf8');
  const key = data(user['client-key-data']);
  const tls = {
    ca_pem: data(cluster['certificate-authority-data']),
    ca_file: cluster['certificate-authority-data'] ? undefined : file(cluster['certificate-authority']),
    cert_pem: data(user['client-certificate-data']),
    cert_file: user['client-certificate-data'] ? undefined : file(user['client-certificate']),
    key_pem: key && new Secret(key),
    key_file: key ? undefined : file(user['client-key']),
    server_name: cluster['tls-server-name'],
    insecure_skip_verify: cluster['insecure-skip-tls-verify'],
  };
  return {
    url: cluster.server,
    proxy_url: cluster['proxy-url'],
    tls_config: tls,
    ...(user.token ? { bearer_token: user.token } : user.tokenFile ? { bearer_token_file: file(user.tokenFile) } : {}),
    ...(user.username && !user.token && !user.tokenFile ? { basic_auth: { username: user.username, password: user.password ?? '' } } : {}),
  };
}
