import { printable } from '@lineside/kit';
import type { Confusion } from '../metrics/confusion.ts';
import { confusionTable, type MetricsTable } from './tables.ts';

export interface ReportPicture {
  /** Why it is shown. */
  readonly caption: string;
  readonly name: string;
  readonly jpeg: Uint8Array;
}

export interface ReportContent {
  readonly title: string;
  /** What was evaluated on which set: names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly figures: MetricsTable;
  readonly confusion: Confusion;
  readonly notes: readonly string[];
  /** Explains what is drawn on the images. */
  readonly legend?: string;
  readonly pictures: readonly ReportPicture[];
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #8884; }
th:first-child, td:first-child { text-align: left; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1rem; }
figure { margin: 0; } img { width: 100%; height: auto; } figcaption { overflow-wrap: anywhere; }
small { opacity: .7; }`;

/** One self-contained HTML file, which loads nothing from any network. */
export function reportPage(content: ReportContent): string {
  const { title, facts, figures, confusion, notes, legend = '', pictures } = content;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<dl>${facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>
${htmlTable(figures)}
<h2>Confusion matrix</h2>
<p><small>Rows: the true label. Columns: the prediction.</small></p>
${htmlTable(confusionTable(confusion), shades(confusion))}
<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>
${pictures.length === 0 ? '' : `<h2>Worst images</h2>\n<p><small>${escaped(legend)}</small></p>\n<div class="pictures">${pictures.map(figure).join('\n')}</div>`}
</body>
</html>
`;
}

type Shade = (row: number, column: number) => string;

/** Shading of the confusion matrix by the fraction of the row: green where right, red where wrong. */
function shades({ counts }: Confusion): Shade {
  return (row, column) => {
    const cells = counts[row] ?? [];
    const total = cells.reduce((sum, count) => sum + count, 0);
    const alpha = total === 0 ? 0 : (0.6 * (cells[column - 1] ?? 0)) / total;
    if (column === 0 || alpha === 0) return '';
    return ` style="background: rgb(${row === column - 1 ? '27 158 75' : '214 40 40'} / ${alpha.toFixed(2)})"`;
  };
}

function htmlTable({ columns, rows }: MetricsTable, shade: Shade = () => ''): string {
  const head = columns.map((column) => `<th>${escaped(column)}</th>`).join('');
  const body = rows.map((cells, row) => {
    const shaded = cells.map((cell, column) => `<td${shade(row, column)}>${escaped(cell)}</td>`);
    return `<tr>${shaded.join('')}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function figure({ caption, name, jpeg }: ReportPicture): string {
  const source = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
  const text = `${escaped(caption)}<br><small>${escaped(name)}</small>`;
  return `<figure><img alt="${escaped(caption)}" src="${source}"><figcaption>${text}</figcaption></figure>`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return printable(text).replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
