export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** First line of every generated page. */
export const GENERATED_NOTE = '<!-- Generated from the code by `npm run docs`. Change the code, not this page. -->';

/** A page of Markdown out of its blocks. */
export function page(path: string, ...blocks: readonly string[]): GeneratedFile {
  return { path, text: `${[GENERATED_NOTE, ...blocks].join('\n\n')}\n` };
}

export function json(path: string, value: unknown): GeneratedFile {
  return { path, text: `${JSON.stringify(value, undefined, 2)}\n` };
}

/** A Markdown table; bars inside of cells are escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}
