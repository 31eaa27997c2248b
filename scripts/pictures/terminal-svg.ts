import type { Cell, Style } from './terminal-screen.ts';

/** Pixels of one character at this size of the font, and around all of them. */
const CELL = { width: 8.4, height: 18, font: 14 } as const;
const MARGIN = 16;
const BACKGROUND = '#14181d';
const INK = '#dfe5ea';
/** Readable on the background: contrast of at least 4.5 to 1. */
const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#5fd38d',
  33: '#f0c24b',
  34: '#79b8ff',
  35: '#d2a8ff',
  36: '#56d4dd',
};

/** A picture of the lines of a terminal, as SVG. A line longer than `columns` goes on in the next one. */
export function terminalSvg(lines: readonly (readonly Cell[])[], columns: number): string {
  const rows = lines.flatMap((cells) => wrapped(cells, columns));
  const [width, height] = [columns * CELL.width + 2 * MARGIN, rows.length * CELL.height + 2 * MARGIN];
  const text = rows.flatMap((cells, row) => runsOf(cells).map((run) => runSvg(run, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="'DejaVu Sans Mono', monospace" font-size="${CELL.font}" fill="${INK}" xml:space="preserve">`,
    ...text,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

interface Run {
  readonly column: number;
  /** In columns. */
  readonly length: number;
  readonly text: string;
  readonly style: Style;
}

function wrapped(cells: readonly Cell[], columns: number): readonly (readonly Cell[])[] {
  const count = Math.max(1, Math.ceil(cells.length / columns));
  return Array.from({ length: count }, (_, k) => cells.slice(k * columns, (k + 1) * columns));
}

/** Neighbours of one style. */
function runsOf(cells: readonly Cell[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [column, { character, style }] of cells.entries()) {
    const last = runs.at(-1);
    if (last?.style === style)
      runs[runs.length - 1] = { ...last, length: last.length + 1, text: last.text + character };
    else runs.push({ column, length: 1, text: character, style });
  }
  return runs.filter(({ text }) => text.trim() !== '');
}

/** With its length, so that any font keeps to the columns. */
function runSvg({ column, length, text, style }: Run, row: number): string {
  const ink = style.colour === undefined ? '' : ` fill="${COLOURS[style.colour] ?? INK}"`;
  const weight = style.bold === true ? ' font-weight="bold"' : '';
  const faint = style.dim === true ? ' opacity="0.7"' : '';
  const [x, y] = [round(MARGIN + column * CELL.width), MARGIN + row * CELL.height + CELL.font];
  return `<text x="${x}" y="${y}" textLength="${round(length * CELL.width)}" lengthAdjust="spacingAndGlyphs"${ink}${weight}${faint}>${escaped(text)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
