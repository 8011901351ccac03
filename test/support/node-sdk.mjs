// A busy program under the real SDK. Run as: node node-sdk.mjs SERVER_ADDRESS APP_NAME
import Pyroscope from '@pyroscope/nodejs';

const [serverAddress, appName] = process.argv.slice(2);
Pyroscope.init({
  serverAddress,
  appName,
  tags: { region: 'eu' },
  flushIntervalMs: 250,
  wall: { samplingDurationMs: 250, collectCpuTime: true },
  heap: { samplingIntervalBytes: 65_536 },
});
Pyroscope.start();

let kept = [];
setInterval(() => {
  kept = Array.from({ length: 20_000 }, (_, at) => ({ at, text: String(Math.sqrt(at)) }));
}, 20);

export { kept };
