/** What of an endpoint its name comes from. */
export interface Nameable {
  readonly name: string;
  readonly url: string;
}

/** The names of an exporter's endpoints, in order: the one that was given, else host:port and path; a double gets -2, -3. */
export function endpointNames(endpoints: readonly Nameable[]): string[] {
  // What people wrote stays as it is, wherever it stands.
  const taken = new Set(endpoints.map(({ name }) => name).filter((name) => name !== ''));
  const written = new Set<string>();
  return endpoints.map(({ name, url }) => {
    if (name !== '' && !written.has(name)) {
      written.add(name);
      return name;
    }
    const unique = firstFree(name === '' ? nameOfUrl(url) : name, taken);
    taken.add(unique);
    return unique;
  });
}

/** "http://user:pw@pyroscope:4040/tenants/" -> "pyroscope:4040/tenants". */
function nameOfUrl(text: string): string {
  const url = new URL(text);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return `${url.hostname}:${port}${url.pathname.replace(/\/+$/, '')}`;
}

/** Whether a name looks as nameOfUrl() makes it: of an endpoint that nobody gave a name. */
export function isDefaultName(name: string): boolean {
  return /^[^/\s]+:\d+(\/.*)?$/.test(name.replace(/-\d+$/, ''));
}

function firstFree(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}

/** The URL as written, for messages and metrics: without user-info. */
export function shownUrl(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');
}
