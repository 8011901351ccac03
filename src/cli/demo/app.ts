import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The demo's busy program: a shop that parses orders, prices them and renders invoices, profiled by the real Pyroscope SDK. Run as
 * `app.ts SERVER_URL FLUSH_MS`, a process of its own, so that the profiles are of nothing but it.
 */
const [, , serverAddress = '', flushMs = '2000'] = process.argv;
const shop = { invoices: [] as string[], sold: 0 };

await startProfiler(serverAddress, Number(flushMs));
for (;;) {
  serveCustomer(shop);
  await sleep(20); // a demo is no load test: about a quarter of a core
}

async function startProfiler(serverAddress: string, flushIntervalMs: number): Promise<void> {
  // The SDK lets these overrule what it is told here, and they may be set for another program.
  for (const name of Object.keys(process.env)) if (name.startsWith('PYROSCOPE_')) delete process.env[name];
  const { default: pyroscope } = await loadSdk();
  pyroscope.init({
    serverAddress,
    appName: 'demo-shop',
    tags: { region: 'eu-west', pod: `demo-shop-${process.pid}` },
    flushIntervalMs,
    shortenPaths: true,
    wall: { samplingDurationMs: flushIntervalMs, collectCpuTime: true },
    heap: { samplingIntervalBytes: 65_536 }, // fine enough for a small heap to show at once
  });
  pyroscope.start();
}

async function loadSdk(): Promise<typeof import('@pyroscope/nodejs')> {
  try {
    return await import('@pyroscope/nodejs');
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    process.stderr.write('the demo profiles a program with @pyroscope/nodejs, which is not installed: npm install @pyroscope/nodejs\n');
    process.exit(69); // EX_UNAVAILABLE
  }
}

function serveCustomer(state: typeof shop): void {
  const order = parseOrder(state.sold);
  const price = priceOrder(order);
  state.invoices.push(renderInvoice(order, price));
  if (state.invoices.length > 200) state.invoices.splice(0, 100); // live memory for the heap profile, and bounded
  state.sold += 1;
}

function parseOrder(number: number): number[] {
  const text = JSON.stringify(Array.from({ length: 400 }, (_, item) => (item * 7919 + number) % 1000));
  return JSON.parse(text) as number[]; // written one line above
}

function priceOrder(order: readonly number[]): number {
  let price = 0;
  for (let round = 0; round < 5000; round++) for (const item of order) price += Math.sqrt(item + round) * 0.19;
  return price;
}

function renderInvoice(order: readonly number[], price: number): string {
  return [...order.map((item, line) => `${line}: article ${item}`), `total ${price.toFixed(2)}`].join('\n');
}
