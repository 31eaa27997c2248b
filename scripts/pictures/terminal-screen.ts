/** How text looks: SGR of ECMA-48, as far as the programs here use it. */
export interface Style {
  /** 30 to 37 as the standard numbers them; absent: the terminal's own colour. */
  readonly colour?: number;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

/** One character of the screen. */
export interface Cell {
  readonly character: string;
  readonly style: Style;
}

const PLAIN: Style = {};
// eslint-disable-next-line no-control-regex -- they are what is understood
const SEQUENCE = /\u001b\[([0-9;?]*)([A-Za-z])|([^])/gu;

/** What a terminal shows that never scrolls and never wraps: one list of cells a line, from what a program wrote to it. */
export function terminalScreen(written: string): readonly (readonly Cell[])[] {
  const lines: Cell[][] = [[]];
  let [row, column] = [0, 0];
  let style = PLAIN;
  const line = (): Cell[] => {
    while (lines.length <= row) lines.push([]);
    return lines[row] ?? [];
  };
  const put = (character: string): void => {
    const cells = line();
    while (cells.length < column) cells.push({ character: ' ', style: PLAIN });
    cells[column] = { character, style };
    column += 1;
  };
  for (const [, parameters = '', final, character = ''] of written.matchAll(SEQUENCE)) {
    const count = Number(parameters) || 1;
    if (character === '\r') column = 0;
    else if (character === '\n') row += 1;
    else if (character === '\b') column = Math.max(0, column - 1);
    else if (character >= ' ') put(character);
    else if (final === 'm') style = styled(style, parameters);
    else if (final === 'G') column = count - 1;
    else if (final === 'A') row = Math.max(0, row - count);
    else if (final === 'B') row += count;
    else if (final === 'C') column += count;
    else if (final === 'D') column = Math.max(0, column - count);
    else if (final === 'K') line().length = Math.min(line().length, column);
    else if (final === 'J') {
      line().length = Math.min(line().length, column);
      lines.length = Math.min(lines.length, row + 1);
    }
  }
  return lines;
}

function styled(before: Style, parameters: string): Style {
  let style = before;
  for (const code of parameters.split(';').map(Number)) {
    if (code === 0) style = PLAIN;
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code >= 30 && code <= 37) style = { ...style, colour: code };
  }
  return style;
}
