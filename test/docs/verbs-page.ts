import type { Command } from 'commander';

/** docs/verbs.md: every verb with its arguments and options, as commander knows them. */
export function verbsPage(program: Command): string {
  const verbs = leaves(program, []);
  return [
    '# Every verb',
    '',
    `\`flamegate VERB --help\` prints the same. This page is made from the command line itself. Exit codes: [operations.md](operations.md#exit-codes).`,
    '',
    '| verb | what it does |',
    '| --- | --- |',
    ...verbs.map(({ path, command }) => `| [${path}](#${anchor(path)}) | ${command.description()} |`),
    '',
    ...verbs.flatMap(({ path, command }) => section(path, command)),
  ].join('\n');
}

interface Verb {
  readonly path: string;
  readonly command: Command;
}

function leaves(command: Command, before: readonly string[]): readonly Verb[] {
  return command.commands.flatMap((each) => {
    const path = [...before, each.name()];
    return each.commands.length > 0 ? leaves(each, path) : [{ path: path.join(' '), command: each }];
  });
}

function anchor(path: string): string {
  return `flamegate-${path.replaceAll(' ', '-')}`;
}

function section(path: string, command: Command): readonly string[] {
  const help = command.createHelp();
  const rows = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const args = command.registeredArguments.map((each) => {
    const shown = `${each.name()}${each.variadic ? '...' : ''}`;
    return each.required ? `<${shown}>` : `[${shown}]`;
  });
  const argued = command.registeredArguments.filter((each) => each.description !== '');
  return [
    `## flamegate ${path}`,
    '',
    `\`flamegate ${[path, ...(rows.length > 0 ? ['[options]'] : []), ...args].join(' ')}\``,
    '',
    `${sentence(command.description())}`,
    '',
    ...(argued.length + rows.length === 0 ? [] : ['| | |', '| --- | --- |']),
    ...argued.map((each) => `| \`${each.name()}\` | ${cell(help.argumentDescription(each))} |`),
    ...rows.map((each) => `| \`${each.flags}\` | ${each.mandatory ? 'Required. ' : ''}${cell(help.optionDescription(each))} |`),
    ...(argued.length + rows.length === 0 ? [] : ['']),
  ];
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
