import { type ArgumentShape, type CommandShape, type OptionShape, placedCommands } from './command-shape.ts';
import { EXIT_MEANINGS } from './exit-codes.ts';

/** The manual page of a program with all of its commands, for man(7). `files`: paths that it uses, and what for. */
export function manualPage(
  program: CommandShape,
  { version, files }: { readonly version: string; readonly files: readonly (readonly [string, string])[] },
): string {
  const name = program.name();
  const commands = placedCommands(program);
  const verbs = commands.filter(({ command }) => command.commands.length === 0);
  return [
    `.TH ${name.toUpperCase()} 1 "" "Lineside ${version}" "Lineside"`,
    '.SH NAME',
    `${escape(name)} \\- ${escape(firstLower(program.description()))}`,
    '.SH SYNOPSIS',
    `.B ${escape(name)}`,
    '[options] command [options] [arguments]',
    '.SH DESCRIPTION',
    'Errors are printed on standard error as',
    '.B Error:',
    'and',
    '.B Try:.',
    'With',
    '.B \\-\\-json',
    'standard output carries JSON alone.',
    '.SH OPTIONS',
    ...program.options.filter(({ hidden }) => !hidden).flatMap(optionLines),
    '.SH COMMANDS',
    ...verbs.flatMap(({ path, command }) => [
      `.SS "${escape(path.slice(name.length + 1))}${escape(argumentsText(command.registeredArguments))}"`,
      escape(`${upperFirst(command.description())}.`),
      ...command.registeredArguments.filter(({ description }) => description !== '').flatMap(argumentLines),
      ...command.options.filter(({ hidden }) => !hidden).flatMap(optionLines),
    ]),
    '.SH EXIT STATUS',
    ...EXIT_MEANINGS.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, escape(meaning)]),
    '.SH FILES',
    ...files.flatMap(([path, what]) => ['.TP', `.I ${escape(path)}`, escape(what)]),
    '',
  ].join('\n');
}

function optionLines({ flags, description }: OptionShape): readonly string[] {
  return ['.TP', `.B ${escape(flags)}`, escape(description)];
}

function argumentLines(argument: ArgumentShape): readonly string[] {
  return ['.TP', `.I ${escape(argument.name())}`, escape(argument.description)];
}

function argumentsText(list: readonly ArgumentShape[]): string {
  return list
    .map((argument) => {
      const text = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? ` <${text}>` : ` [${text}]`;
    })
    .join('');
}

/** For man: a dash is a minus, a dot or an apostrophe begins no request, a backslash and a quotation mark stand for themselves. */
function escape(text: string): string {
  const line = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq').replaceAll('\n', ' ');
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

function firstLower(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, '');
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
