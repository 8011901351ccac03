import type { Command } from 'commander';

/** Shells that there is a script for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One verb, below another or not: what may follow it. */
interface Verb {
  /** "queue ls"; empty for the command itself. */
  readonly path: string;
  readonly description: string;
  readonly verbs: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly flag: string; readonly description: string }[];
  /** Words that an argument is one of. */
  readonly choices: readonly string[];
}

/** The script for a shell, made from the verbs themselves: files are completed where nothing else is known. */
export function completionScript(program: Command, shell: (typeof shells)[number]): string {
  const verbs = verbsOf(program, '');
  switch (shell) {
    case 'bash':
      return bash(verbs);
    case 'zsh':
      return `#compdef flamegate\nautoload -U +X bashcompinit && bashcompinit\n${bash(verbs)}`;
    case 'fish':
      return fish(verbs);
    default:
      throw new Error(`unreachable: ${shell satisfies never}`);
  }
}

function verbsOf(command: Command, path: string): Verb[] {
  const below = command.commands.filter((one) => one.name() !== 'help');
  const own: Verb = {
    path,
    description: command.description(),
    verbs: below.map((one) => ({ name: one.name(), description: one.description() })),
    options: [
      ...command.options.flatMap(({ long, description, hidden }) => (long && !hidden ? [{ flag: long, description }] : [])),
      { flag: '--help', description: 'print what there is' },
    ],
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
  return [own, ...below.flatMap((one) => verbsOf(one, path === '' ? one.name() : `${path} ${one.name()}`))];
}

function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map(({ path, verbs: below, options, choices }) => {
    const words = [...below.map(({ name }) => name), ...choices].join(' ');
    return `    "${path}") words="${words}"; options="${options.map(({ flag }) => flag).join(' ')}" ;;`;
  });
  const paths = verbs.map(({ path }) => path).filter((path) => path !== '');
  return `# flamegate completion for bash: source it, or save it in /etc/bash_completion.d/flamegate
_flamegate() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words options
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " |\${path:+$path }$word|" in
${paths.map((path) => `      " |${path}|") path="${path}" ;;`).join('\n')}
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *)
      COMPREPLY=($(compgen -W "$words" -- "$current"))
      [ -n "$words" ] || COMPREPLY=($(compgen -f -- "$current"))
      ;;
  esac
}
complete -o filenames -F _flamegate flamegate
`;
}

function fish(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap(({ path, verbs: below, options, choices }) => {
    const names = below.map(({ name }) => name);
    const within = path.split(' ').filter((one) => one !== '');
    const seen = within.map((one) => `__fish_seen_subcommand_from ${one}`);
    const alone =
      names.length === 0 ? [] : [within.length === 0 ? '__fish_use_subcommand' : `not __fish_seen_subcommand_from ${names.join(' ')}`];
    const condition = (parts: readonly string[]): string => (parts.length === 0 ? '' : ` -n '${parts.join('; and ')}'`);
    return [
      ...below.map(
        ({ name, description }) => `complete -c flamegate -f${condition([...seen, ...alone])} -a ${name} -d ${quoted(description)}`,
      ),
      ...choices.map((choice) => `complete -c flamegate -f${condition(seen)} -a ${choice}`),
      ...options.map(
        ({ flag, description }) => `complete -c flamegate${condition([...seen, ...alone])} -l ${flag.slice(2)} -d ${quoted(description)}`,
      ),
    ];
  });
  return `# flamegate completion for fish: save it in ~/.config/fish/completions/flamegate.fish\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
