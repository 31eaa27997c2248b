import { type CommandShape, type OptionShape, type PlacedCommand, placedCommands } from './command-shape.ts';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * A script that completes the commands and options of a program. It contains all of them and starts no program, so that
 * the Tab key answers at once.
 */
export function completionScript(program: CommandShape, shell: Shell): string {
  const commands = placedCommands(program);
  return shell === 'bash' ? bash(program.name(), commands) : zsh(program.name(), commands);
}

/** Only letters, digits, dashes and the like occur in names; everything else is refused, for it would be run. */
function safe(words: readonly string[]): string {
  const bad = words.find((word) => !/^[\w@%+=:,./-]+$/.test(word));
  if (bad !== undefined) throw new TypeError(`${bad} cannot be completed`);
  return words.join(' ');
}

function flagsOf({ short, long }: OptionShape): readonly string[] {
  return [short ?? [], long ?? []].flat();
}

function wordsOf({ command, options }: PlacedCommand): readonly string[] {
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const flags = [...new Set([...options.flatMap(flagsOf), '--help'])];
  return [...command.commands.map((child) => child.name()), ...choices, ...flags];
}

/** Where an option's value is one of a few words. */
function choicesOf(commands: readonly PlacedCommand[]): readonly (readonly [pattern: string, words: string])[] {
  return commands.flatMap(({ path, options }) =>
    options.flatMap((option) =>
      option.argChoices === undefined
        ? []
        : flagsOf(option).map((flag) => [`${path} ${flag}`, safe(option.argChoices ?? [])] as const),
    ),
  );
}

/** Where an option takes a value that nobody can list: a file, a number, a name. */
function valuesOf(commands: readonly PlacedCommand[]): readonly string[] {
  return commands.flatMap(({ path, options }) =>
    options
      .filter(({ required, optional, argChoices }) => (required || optional) && argChoices === undefined)
      .flatMap((option) => flagsOf(option).map((flag) => `${path} ${flag}`)),
  );
}

function cases(rows: readonly (readonly [string, string])[], use: (words: string) => string): string {
  return rows.map(([pattern, words]) => `    "${pattern}") ${use(words)} ;;`).join('\n');
}

function bash(name: string, commands: readonly PlacedCommand[]): string {
  const fn = `_${name.replaceAll('-', '_')}`;
  const paths = commands.slice(1).map(({ path }) => `"${path}"`);
  const words = commands.map((placed) => [placed.path, safe(wordsOf(placed))] as const);
  const reply = (list: string): string => `COMPREPLY=($(compgen -W "${list}" -- "$cur"))`;
  return `# Completion of ${name} for bash: source <(${name} completion bash)
${fn}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" at="${name}" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${paths.join('|')}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
${cases(choicesOf(commands), (list) => `${reply(list)}; return`)}
    ${valuesOf(commands)
      .map((pattern) => `"${pattern}"`)
      .join('|')}) return ;;
  esac
  case "$at" in
${cases(words, reply)}
  esac
}
complete -o default -F ${fn} ${name}
`;
}

function zsh(name: string, commands: readonly PlacedCommand[]): string {
  const fn = `_${name.replaceAll('-', '_')}`;
  const paths = commands.slice(1).map(({ path }) => `"${path}"`);
  const words = commands.map((placed) => [placed.path, safe(wordsOf(placed))] as const);
  const add = (list: string): string => `compadd -- ${list}`;
  return `#compdef ${name}
# Completion of ${name} for zsh: ${name} completion zsh > a file ${fn} in a folder of $fpath
${fn}() {
  local at="${name}" word prev="\${words[CURRENT-1]}"
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in
      ${paths.join('|')}) at="$at $word" ;;
    esac
  done
  case "$at $prev" in
${cases(choicesOf(commands), (list) => `${add(list)}; return`)}
    ${valuesOf(commands)
      .map((pattern) => `"${pattern}"`)
      .join('|')}) _files; return ;;
  esac
  case "$at" in
${cases(words, add)}
  esac
  _files
}
if [[ "$funcstack[1]" == ${fn} ]]; then ${fn} "$@"; else compdef ${fn} ${name}; fi
`;
}
