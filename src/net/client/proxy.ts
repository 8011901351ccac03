import { parseNoProxy } from './no-proxy.ts';
import { isSet, type ProxyConfig } from './schema.ts';

/** Which proxy stands before a server; undefined: none. */
export type ProxyFor = (target: { readonly protocol: string; readonly hostname: string; readonly port: string }) => URL | undefined;

/** The variables that `proxy_from_environment` reads. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Follows Alloy's rules (prometheus/common config/http_config.go): `proxy_url` alone is for every host, loopback too; with `no_proxy`, and from
 * the environment, loopback and what is listed is called directly. Upper-case variables come first, as in Go.
 */
export function proxyChooser(config: ProxyConfig, environment: ProxyEnvironment): ProxyFor {
  if (config.proxy_from_environment) {
    const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
    return choose(parseProxyUrl(read('HTTP_PROXY')), parseProxyUrl(read('HTTPS_PROXY')), read('NO_PROXY'));
  }
  const proxy = parseProxyUrl(config.proxy_url ?? '');
  return isSet(config.no_proxy) ? choose(proxy, proxy, config.no_proxy ?? '') : () => proxy;
}

function choose(forHttp: URL | undefined, forHttps: URL | undefined, noProxy: string): ProxyFor {
  const bypass = parseNoProxy(noProxy);
  return ({ protocol, hostname, port }) => {
    const secure = protocol === 'https:';
    return bypass(hostname, port === '' ? (secure ? '443' : '80') : port) ? undefined : secure ? forHttps : forHttp;
  };
}

/** "http://proxy:3128", or without the scheme, as people write it in the environment. */
function parseProxyUrl(text: string): URL | undefined {
  if (text === '') return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}
