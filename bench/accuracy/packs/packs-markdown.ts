import { PACK_CONDITIONS } from './pack-cells.ts';
import { PACK_GOALS, type PackRow } from './judge-packs.ts';

/** Lines of the part of docs/accuracy.md about codes and dates; none without figures. */
export function packsMarkdown(rows: readonly PackRow[] = []): readonly string[] {
  if (rows.length === 0) return [];
  const head = ['condition', 'bad packs', 'found', 'right verdict', 'good packs', 'falsely bad', 'twice', 'not judged'];
  const body = rows.map(({ condition, bad, found, exact, good, falselyBad, twice, notJudged }) => [
    condition === 'all' ? '**all**' : condition,
    ...[bad, found, exact, good, falselyBad, twice, notJudged].map(String),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const { found, falselyBadIn1000, twice } = PACK_GOALS;
  return [
    '### Codes and dates (`code_check`)',
    '',
    `Goals: at least ${found} of bad packs found, at most ${falselyBadIn1000} in 1,000 good packs falsely bad, ${twice} judged twice.`,
    '',
    ...[head, head.map(() => '---'), ...body].map(line),
    '',
    ...PACK_CONDITIONS.map(({ id, what, packsPerMinute }) => `- \`${id}\`: ${packsPerMinute} packs a minute, ${what}`),
    '',
  ];
}
