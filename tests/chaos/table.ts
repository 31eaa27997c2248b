import type { ScenarioResult, Skipped } from './scenario.ts';

const HEADS = [
  'scenario',
  'generated',
  'committed',
  'queued',
  'declared',
  'unexplained',
  'double',
  'duplicates rejected',
  'kills',
  'drain s',
  'peak MB on disk',
  'peak MB of memory',
];

/** Prints the table as Markdown, and under it the notes of each scenario. */
export function printTable(results: readonly (ScenarioResult | Skipped)[], control: ScenarioResult | undefined): void {
  const rows = [...results, ...(control === undefined ? [] : [control])];
  const cells = rows.map((row) => ('skipped' in row ? [row.name, `left out: ${row.skipped}`] : cellsOf(row)));
  const widths = HEADS.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${HEADS.map((_, at) => (row[at] ?? '').padEnd(widths[at] ?? 0)).join(' | ')} |`;
  console.log(line(HEADS));
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const row of cells) console.log(line(row));
  console.log('');
  for (const row of results) {
    if ('skipped' in row || Object.keys(row.facts).length === 0) continue;
    const facts = Object.entries(row.facts).map(([name, value]) => `${name}: ${value}`);
    console.log(`- ${row.name}: ${facts.join('; ')}`);
  }
}

function cellsOf(row: ScenarioResult): string[] {
  const { generated, committed, queued, declaredLost, unexplained, doubleRows, duplicatesRejected, kills } = row;
  const counts = [generated, committed, queued, declaredLost, unexplained, doubleRows, duplicatesRejected, kills];
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return [
    row.name,
    ...counts.map(String),
    row.drainSeconds.toFixed(1),
    megabytes(row.peakBytes),
    megabytes(row.peakRssBytes),
  ];
}
