import { fileURLToPath } from 'node:url';

/** Folder of the throw-away certificates. */
export const tlsFolder = fileURLToPath(new URL('tls', import.meta.url));

/** An upstream as the names know it. */
export interface Named {
  readonly url: string;
  readonly host: string;
}

/** What ${UP0}, ${LISTEN_PORT}, ${DIR}, ${TLS} and ${EACH} stand for in one run, there and back. */
export class Names {
  readonly dir: string;
  readonly #upstreams: readonly Named[];
  readonly #ports: Readonly<Record<string, number>>;

  constructor(dir: string, upstreams: readonly Named[], ports: Readonly<Record<string, number>>) {
    this.dir = dir;
    this.#upstreams = upstreams;
    this.#ports = ports;
  }

  port(name: string): number {
    const port = this.#ports[name];
    if (port === undefined) throw new Error(`no port is called ${name}`);
    return port;
  }

  /** With the names replaced. Those that are not ours, in lower case or numbers, are Alloy's own. */
  fill(text: string, each?: string): string {
    return text.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (whole, name: string) => {
      if (name === 'DIR') return this.dir;
      if (name === 'TLS') return tlsFolder;
      if (name === 'EACH') return each ?? whole;
      const [, index, part] = /^UP(\d+)(_HOST|_PORT)?$/.exec(name) ?? [];
      if (index === undefined) return String(this.#ports[name] ?? whole);
      const upstream = this.#upstreams[Number(index)];
      if (upstream === undefined) throw new Error(`there is no ${whole}`);
      if (part === '_PORT') return upstream.host.split(':')[1] ?? '';
      return part === '_HOST' ? upstream.host : upstream.url;
    });
  }

  /** With what differs from run to run replaced by the names. */
  unfill(text: string): string {
    let known = text;
    for (const [index, { url, host }] of this.#upstreams.entries())
      known = known.replaceAll(url, `\${UP${index}}`).replaceAll(host, `\${UP${index}_HOST}`);
    for (const [name, port] of Object.entries(this.#ports)) known = known.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:\${${name}}`);
    return known.replaceAll(tlsFolder, '${TLS}').replaceAll(this.dir, '${DIR}');
  }
}
