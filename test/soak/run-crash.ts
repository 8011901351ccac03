import { parseArgs } from 'node:util';
import { crashAgainAndAgain } from './crash.ts';

// npm run soak:crash -- --kills 10000 --seed 7
const { values } = parseArgs({ options: { kills: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } } });
const report = await crashAgainAndAgain({
  kills: Number(values.kills),
  seed: Number(values.seed),
  onKill: (kill, acknowledged) => {
    if (kill % 10 === 0) process.stderr.write(`${kill} kills, ${acknowledged} profiles acknowledged\n`);
  },
});
process.stdout.write(`${JSON.stringify({ ...report, lost: report.lost.map((numbers) => numbers.length) })}\n`);
process.exitCode = report.lost.every((numbers) => numbers.length === 0) ? 0 : 1;
