import { request } from 'node:http';
import { connect } from 'node:net';

/** A gateway that was started with a file. */
export interface Running {
  /** It serves; otherwise it has ended, or never got ready. */
  readonly ready: boolean;
  /** Undefined while it runs. */
  exitCode(): number | undefined;
  /** Everything it printed. */
  output(): string;
  /** Ends it at once. */
  stop(): Promise<void>;
}

/** What a gateway is started with. */
export interface StartOptions {
  readonly config: string;
  readonly adminPort: number;
  /** Undefined when the configuration has no receiver. */
  readonly listenPort: number | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Whether it takes profiles and says so. */
export async function isReady({ adminPort, listenPort }: StartOptions): Promise<boolean> {
  return (listenPort === undefined || (await accepts(listenPort))) && (await askAdmin(adminPort, '/-/ready')).status === 200;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** A request to the admin endpoint; status 0 when nobody answers. */
export function askAdmin(port: number, path: string, method = 'GET'): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    const out = request({ host: '127.0.0.1', port, path, method, agent: false, timeout: 5_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    out.on('error', () => resolve({ status: 0, text: '' }));
    out.on('timeout', () => out.destroy());
    out.end();
  });
}
