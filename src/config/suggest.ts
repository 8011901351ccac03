/** The known word that was probably meant; undefined when none is near. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  // No slip in a word of two letters, one in a short word, three in a long one.
  let bestDistance = Math.min(3, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `: did you mean "url"?`, or `; known are a, b, c` when there are few, or nothing: the end of a message about a word that is not known. */
export function hintFor(word: string, known: readonly string[]): string {
  const meant = suggest(word, known);
  if (meant !== undefined) return `: did you mean "${meant}"?`;
  return known.length === 0 || known.length > 12 ? '' : `; known: ${known.join(', ')}`;
}

/** Letters added, left out, replaced or swapped with their neighbour (optimal string alignment). Words of a configuration are short; longer
 *  ones are cut. */
function editDistance(a: string, b: string): number {
  const from = a.slice(0, 64);
  const to = b.slice(0, 64);
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
