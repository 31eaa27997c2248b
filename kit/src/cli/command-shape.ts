/** The part of commander's classes that describes commands, so that nothing here depends on commander. */
export interface CommandShape {
  name(): string;
  description(): string;
  readonly commands: readonly CommandShape[];
  readonly options: readonly OptionShape[];
  readonly registeredArguments: readonly ArgumentShape[];
}

export interface OptionShape {
  /** As in the help: `-n, --lines <count>`. */
  readonly flags: string;
  readonly description: string;
  readonly short?: string | undefined;
  readonly long?: string | undefined;
  /** It takes a value that must, or may, be given. */
  readonly required: boolean;
  readonly optional: boolean;
  readonly hidden: boolean;
  readonly argChoices?: readonly string[] | undefined;
}

export interface ArgumentShape {
  name(): string;
  readonly description: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly argChoices?: readonly string[] | undefined;
}

/** A command with the words that lead to it and the options of those above it. */
export interface PlacedCommand {
  readonly path: string;
  readonly command: CommandShape;
  readonly options: readonly OptionShape[];
}

/** Every command of a program, itself first, in the order of its help. */
export function placedCommands(
  command: CommandShape,
  path = command.name(),
  above: readonly OptionShape[] = [],
): readonly PlacedCommand[] {
  const options = [...command.options.filter(({ hidden }) => !hidden), ...above];
  const below = command.commands.flatMap((child) => placedCommands(child, `${path} ${child.name()}`, options));
  return [{ path, command, options }, ...below];
}
