import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Block, root } from './pages.ts';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Commands that are not ours: whatever stands behind them is theirs. */
const foreign = new Set([
  'docker',
  'helm',
  'kubectl',
  'systemctl',
  'sudo',
  'java',
  'dotnet',
  'python',
  'ruby',
  'cargo',
  'go',
  'npm',
  'git',
  'cd',
]);
const more = new Set([
  'curl',
  'kill',
  'head',
  'base64',
  'jq',
  'htpasswd',
  'export',
  'cp',
  'printf',
  'mkdir',
  'journalctl',
  'source',
  'gcc',
  'LD_PRELOAD',
  'bundle',
  'pip',
]);

/** The lines of a shell block that are commands, continuation lines joined. With prompts only what stands behind one. */
export function commandsOf({ text }: Block): readonly string[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  const prompted = lines.some((line) => line.startsWith('$ '));
  return lines
    .filter((line) => !prompted || line.startsWith('$ '))
    .map((line) => line.replace(/^\$ /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** What is wrong with one shell command: an unknown program, verb, option, script or route. Empty when nothing is. */
export function wrongWith(command: string, program: Command, routes: readonly RegExp[]): readonly string[] {
  return command.split(/\s(?:\||&&)\s/).flatMap((part) => wrongWithOne(wordsOf(part), program, routes));
}

function wrongWithOne(words: readonly string[], program: Command, routes: readonly RegExp[]): readonly string[] {
  const assigned = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  if (assigned < 0) return [];
  const [name = '', ...rest] = words.slice(assigned);
  if (name === 'npx' || name === 'exec') return wrongWithOne(rest, program, routes);
  if (name === 'flamegate') return wrongWithVerb(rest, program);
  if (name === 'npm') return wrongWithScript(rest, program);
  if (name === 'curl') return wrongWithRoute(rest, routes);
  return foreign.has(name) || more.has(name) ? [] : [`"${name}" is no command that these pages know`];
}

function wrongWithScript([verb = '', ...rest]: readonly string[], program: Command): readonly string[] {
  if (verb === 'run' || verb === 'start' || verb === 'test') {
    const script = verb === 'run' ? (rest[0] ?? '') : verb;
    if (scripts[script] === undefined) return [`package.json has no script "${script}"`];
    const behind = rest.indexOf('--');
    if (behind < 0) return [];
    const options = rest.slice(behind + 1);
    if (script === 'start') return wrongWithVerb(['demo', ...options], program);
    return script === 'flamegate' ? wrongWithVerb(options, program) : [];
  }
  return ['ci', 'cit', 'install', 'exec', 'pack'].includes(verb) ? [] : [`npm ${verb} is not checked`];
}

/** Against what commander knows: the verb, each option, whether it takes a value, how many arguments. */
function wrongWithVerb(words: readonly string[], program: Command): readonly string[] {
  let command = program;
  const args: string[] = [];
  const wrong: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = (words[at] ?? '').replace(/[;,]$/, '');
    if (word === '>' || word === '2>' || word === '#' || word === '<') break;
    if (word.startsWith('-') && word !== '-') {
      const [flag = ''] = word.split('=');
      const option = command.options.find(({ short, long }) => flag === short || flag === long);
      if (option === undefined && flag !== '--help' && flag !== '-h') wrong.push(`${command.name()} has no option ${flag}`);
      if (option?.required === true && !word.includes('=')) {
        at++;
        if (words[at] === undefined) wrong.push(`${flag} wants a value`);
      }
      continue;
    }
    const verb = args.length === 0 ? command.commands.find((each) => each.name() === word) : undefined;
    if (verb !== undefined) command = verb;
    else args.push(word);
  }
  if (command.commands.length > 0 && args.length > 0) wrong.push(`${command.name()} has no verb ${args[0]}`);
  const { registeredArguments } = command;
  const wanted = registeredArguments.filter(({ required }) => required).length;
  if (args.length < wanted) wrong.push(`${command.name()} wants ${wanted} arguments`);
  if (registeredArguments.every(({ variadic }) => !variadic) && command.commands.length === 0 && args.length > registeredArguments.length) {
    wrong.push(`${command.name()} takes ${registeredArguments.length} arguments, not ${args.join(' ')}`);
  }
  return wrong;
}

/** A URL must be one that a gateway has. */
function wrongWithRoute(words: readonly string[], routes: readonly RegExp[]): readonly string[] {
  const url = words.find((word) => /^(?:https?:\/\/|ADMIN|127\.0\.0\.1|localhost)/.test(word));
  if (url === undefined) return [`no URL in "curl ${words.join(' ')}"`];
  const path = /^(?:https?:\/\/)?[^/]+(\/[^?]*)/.exec(url)?.[1] ?? '/';
  return routes.some((route) => route.test(path)) ? [] : [`no route ${path}`];
}

/** Splits as a shell does, as far as these pages need it: quotes, and a comment behind a command. */
export function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));
  const comment = words.indexOf('#');
  return comment < 0 ? words : words.slice(0, comment);
}
