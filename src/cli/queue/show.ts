import { systemClock } from '../../core/clock.ts';
import { exitCode } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { withQueue } from './directory.ts';
import { type Selected, type Selection, select } from './selection.ts';
import { ageText, sizeText } from './text.ts';

/** `flamegate queue show`: the records themselves, one line each. */
export async function runQueueShow(options: Selection & { readonly dir: string; readonly json: boolean }, io: Io): Promise<number> {
  return withQueue(options.dir, 'look', async (queue) => {
    for await (const selected of select(queue, options)) io.stdout.write(`${options.json ? asJson(selected) : asText(selected)}\n`);
    return exitCode.ok;
  });
}

function asJson({ endpoint, position, record, description }: Selected): string {
  const { kind, receiver, note, labels } = description;
  const { receivedAt, tenant, profiles, body } = record;
  return JSON.stringify({ endpoint, position, receivedAt, tenant, kind, receiver, profiles, bytes: body.length, labels, dead: note });
}

function asText({ endpoint, position, record, description }: Selected): string {
  const { kind, labels, note } = description;
  const now = systemClock.now();
  const facts = [
    `#${position}`,
    endpoint,
    `${ageText(now - record.receivedAt)} old`,
    `${kind} ${sizeText(record.body.length)}`,
    `${record.profiles} ${record.profiles === 1 ? 'profile' : 'profiles'}`,
    ...(record.tenant === '' ? [] : [`tenant ${record.tenant}`]),
    labels.map(String).join(' '),
  ];
  const dead =
    note === undefined ? '' : `\n    ${note.reason} ${ageText(now - note.at)} ago after ${note.attempts} attempts: ${answerOf(note)}`;
  return `${facts.join('  ')}${dead}`;
}

function answerOf({ status, code, message }: { readonly status: number; readonly code: number; readonly message: string }): string {
  const numbers = [...(status > 0 ? [`HTTP ${status}`] : []), ...(code > 0 ? [`code ${code}`] : [])];
  return [...numbers, JSON.stringify(message)].join(' ');
}
