import http from 'node:http';

/** What came of many large posts at once. */
export interface FloodResult {
  /** Posts that were answered 200 in the end. */
  readonly delivered: number;
  /** 503 answers on the way, each with Retry-After. */
  readonly refused: number;
  /** Anything else: statuses, and errors of the connection. */
  readonly others: Readonly<Record<string, number>>;
}

/**
 * Posts from senders that all begin at once and send again what is refused with 503, as they are told. A connection that is closed behind a
 * refusal while the body still comes may look like a reset to its sender, which tries again too.
 */
export async function flood(port: number, senders: number, bodyBytes: number, retryMs = 100): Promise<FloodResult> {
  const body = Buffer.alloc(bodyBytes, 'x');
  const agent = new http.Agent({ keepAlive: true, maxSockets: senders });
  let delivered = 0;
  let refused = 0;
  const others: Record<string, number> = {};
  const sendUntilTaken = async (sender: number): Promise<void> => {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const { status, retryAfter } = await post(port, agent, body, sender);
      if (status === '200') {
        delivered += 1;
        return;
      }
      if (status === '503' && Number(retryAfter) >= 1) refused += 1;
      else others[status] = (others[status] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, retryMs * (0.5 + Math.random())));
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, sender) => sendUntilTaken(sender)));
  agent.destroy();
  return { delivered, refused, others };
}

function post(port: number, agent: http.Agent, body: Buffer, sender: number): Promise<{ status: string; retryAfter?: string }> {
  return new Promise((resolve) => {
    const path = `/ingest?name=flood%7Bsender%3Ds${sender}%7D`;
    const request = http.request({ host: '127.0.0.1', port, agent, method: 'POST', path, headers: { 'content-length': body.length } });
    request.on('response', (response) => {
      response.resume();
      const retryAfter = response.headers['retry-after'];
      resolve({ status: String(response.statusCode), ...(retryAfter === undefined ? {} : { retryAfter }) });
    });
    request.on('error', (why: NodeJS.ErrnoException) => resolve({ status: why.code ?? why.message }));
    request.end(body);
  });
}
