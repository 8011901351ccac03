import type { Advice } from '../../core/component.ts';
import { AnchoredRegex } from '../../core/regex.ts';
import type { RelabelRule } from '../../core/relabel-rule.ts';

/** Rules that can do nothing, or that leave nothing: one warning each. */
export function relabelAdvice(rules: readonly RelabelRule[]): Advice[] {
  const advice: Advice[] = [];
  const removed = new Map<string, number>();
  for (const [at, rule] of rules.entries()) {
    const warn = (message: string): void => void advice.push({ path: ['rules', at], message });
    const sources = rule.source_labels;
    const gone = sources.length > 0 ? sources.map((name) => removed.get(name)) : [];
    const isBlind = gone.length > 0 && gone.every((by) => by !== undefined);
    const seesNothing = isBlind && !new AnchoredRegex(rule.regex).test(sources.map(() => '').join(rule.separator));
    if (seesNothing && rule.action === 'keep') warn(`drops every profile: rules[${gone[0]}] has removed what it looks at`);
    else if (seesNothing && (rule.action === 'replace' || rule.action === 'drop'))
      warn(`can never match: rules[${gone[0]}] has removed what it looks at`);
    if (rule.action === 'drop' && isEverything(rule.regex)) {
      warn(at === rules.length - 1 ? 'drops every profile' : 'drops every profile: no rule behind it is reached');
      break;
    }
    note(rules.slice(at), rule, at, removed);
  }
  return advice;
}

function isEverything(regex: string): boolean {
  return regex === '.*' || regex === '(.*)';
}

/** Which of the labels that later rules ask for are gone after this one, and which are there again. */
function note(later: readonly RelabelRule[], rule: RelabelRule, at: number, removed: Map<string, number>): void {
  if (rule.action === 'labelmap' || (rule.action === 'replace' && rule.target_label.includes('$'))) {
    removed.clear();
    return;
  }
  if (rule.target_label !== '') removed.delete(rule.target_label);
  if (rule.action !== 'labeldrop' && rule.action !== 'labelkeep') return;
  const regex = new AnchoredRegex(rule.regex);
  for (const name of later.flatMap(({ source_labels }) => source_labels)) {
    if (regex.test(name) === (rule.action === 'labeldrop')) removed.set(name, at);
  }
}

/** Labels that rules look at and that no earlier rule has set. */
export function labelsRead(rules: readonly RelabelRule[]): string[] {
  const set = new Set<string>();
  const read = new Set<string>();
  for (const { source_labels, target_label } of rules) {
    for (const name of source_labels) if (!set.has(name)) read.add(name);
    set.add(target_label);
  }
  return [...read];
}
