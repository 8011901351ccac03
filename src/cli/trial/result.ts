import type { Difference } from './compare.ts';
import type { Ink } from './ink.ts';

/** What came of one test. */
export interface TestResult {
  readonly name: string;
  /** Of its profiles, in their order; empty: it passed. */
  readonly failures: readonly Failure[];
  /** Seconds. */
  readonly seconds: number;
}

/** One profile of which something else came than was expected. */
export interface Failure {
  /** 1 for the first. */
  readonly profile: number;
  readonly differences: readonly Difference[];
}

/** A line for each test, a difference on two lines, and the count. */
export function resultsAsText(results: readonly TestResult[], ink: Ink): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const lines = results.flatMap(({ name, failures }) =>
    failures.length === 0
      ? [`${ink.green('ok')}   ${name}`]
      : [`${ink.red('FAIL')} ${name}`, ...failures.flatMap((one) => failureLines(one, ink))],
  );
  const count = `${results.length - failed} passed, ${failed} failed`;
  return `${[...lines, failed > 0 ? ink.red(count) : count].join('\n')}\n`;
}

function failureLines({ profile, differences }: Failure, ink: Ink): string[] {
  return [
    `  profile ${profile}:`,
    ...differences.flatMap(({ what, expected, found }) => [
      `    ${what}`,
      ink.red(`    - ${expected ?? 'nothing'}`),
      ink.green(`    + ${found ?? 'nothing'}`),
    ]),
  ];
}

/** The same as a JSON array. */
export function resultsAsJson(results: readonly TestResult[]): string {
  const objects = results.map(({ name, failures }) => ({ name, passed: failures.length === 0, failures }));
  return `${JSON.stringify(objects, undefined, 2)}\n`;
}

const plain: Ink = { red: (text) => text, green: (text) => text, dim: (text) => text };

/** The same in the XML that JUnit writes and CI systems read. */
export function resultsAsJunit(suite: string, results: readonly TestResult[]): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0).toFixed(3);
  const counts = `tests="${results.length}" failures="${failed}" errors="0" time="${seconds}"`;
  const cases = results.map(({ name, failures, seconds: own }) => {
    const head = `    <testcase name="${xml(name)}" classname="${xml(suite)}" time="${own.toFixed(3)}"`;
    if (failures.length === 0) return `${head}/>\n`;
    const text = failures.flatMap((failure) => failureLines(failure, plain)).join('\n');
    const [first] = failures.flatMap(({ differences }) => differences);
    return `${head}>\n      <failure message="${xml(first?.what ?? '')}">${xml(text)}</failure>\n    </testcase>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="${xml(suite)}" ${counts}>\n${cases.join('')}  </testsuite>\n</testsuites>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };

/** XML 1.0 has no way to write most control characters. */
function xml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\x20-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"\n]/g, (character) => entities[character] ?? character);
}
