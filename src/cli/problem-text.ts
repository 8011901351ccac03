import type { SourceFile } from '../config/files.ts';
import { formatProblem } from '../config/problems.ts';
import type { Problem } from '../config/tree.ts';
import { excerptOf } from './excerpt.ts';

/** Problems as `validate` and `run` print them: a line each, on a terminal with the line of the file below. */
export function problemsAsText(problems: readonly Problem[], sources: readonly SourceFile[], terminal: boolean): string {
  return problems
    .map((problem) => {
      const { source, line, column } = problem.place;
      const file = terminal ? sources.find(({ name }) => name === source) : undefined;
      return `${formatProblem(problem)}\n${(file && excerptOf(file.text, line, column)) ?? ''}`;
    })
    .join('');
}

/** The same as a JSON array of objects with file, line, column, path, message and severity. */
export function problemsAsJson(problems: readonly Problem[]): string {
  const objects = problems.map(({ place: { source, line, column }, path, message, severity }) =>
    JSON.stringify({ file: source, line, column, path, message, severity }),
  );
  return objects.length === 0 ? '[]\n' : `[\n${objects.join(',\n')}\n]\n`;
}
