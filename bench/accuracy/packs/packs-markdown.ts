import { PACK_CONDITIONS } from './pack-cells.ts';
import { PACK_GOALS, type PackRow } from './judge-packs.ts';

/** Lines of the part of docs/accuracy.md about codes and dates; none without figures. */
export function packsMarkdown(rows: readonly PackRow[] = []): readonly string[] {
  if (rows.length === 0) return [];
  const head = [
    ...['condition', 'twin time', 'bad packs', 'found', 'right verdict', 'good packs', 'falsely bad', 'twice'],
    ...['not judged', 'goals'],
  ];
  const body = rows.map((row) => {
    const { condition, seconds, bad, found, exact, good, falselyBad, twice, notJudged } = row;
    return [
      ...[condition === 'all' ? '**all**' : condition, `${(seconds / 60).toFixed(1)} min`, `${bad}`, `${found}`],
      ...[`${exact}`, `${good}`, `${falselyBad}${falseVerdicts(row)}`, `${twice}`, `${notJudged}`],
      isReached(row) ? 'reached' : '**not reached**',
    ];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const { found, falselyBadIn1000, twice } = PACK_GOALS;
  return [
    '### Codes and dates (`code_check`)',
    '',
    `Goals: at least ${found} of bad packs found, at most ${falselyBadIn1000} in 1,000 good packs falsely bad, ${twice} judged twice.`,
    '',
    ...[head, head.map(() => '---'), ...body].map(line),
    '',
    'In a row with fewer than 1,000 good packs the goal is reached without any false one. What was missed, and what was taken',
    'for bad, is in `docs/accuracy.json` with its time.',
    '',
    ...SIZES,
    '',
    ...PACK_CONDITIONS.map(({ id, what, packsPerMinute }) => {
      const isMeasured = rows.some(({ condition }) => condition === id);
      return `- \`${id}\`: ${packsPerMinute} packs a minute, ${what}${isMeasured ? '' : ' (**not measured yet**)'}`;
    }),
    '',
  ];
}

/** What decides whether print behind a lens out of focus, or on a crooked label, can be read. */
const SIZES = [
  'Behind a lens out of focus each point is a spot, of 9 pixels in `blurred`. A Data Matrix needs modules of 0.6 of the spot (here',
  '5.5 pixels are 0.61), and a date needs digits 4.4 times as high as the spot is wide: 40 pixels, where these packs have 22.',
  'So the date of `blurred` cannot be read, and a pack with an unreadable date is unreadable. Since decision 0088 its code is',
  'read in two of three readings. On `cartons_300` six crooked packs were unreadable before, because their date stood outside of',
  'the region; it has the margin now that `lineside code setup` gives it.',
];

function falseVerdicts({ falselyAs }: PackRow): string {
  const kinds = Object.entries(falselyAs).filter(([, count]) => count > 0);
  return kinds.length === 0 ? '' : ` (${kinds.map(([verdict, count]) => `${count} ${verdict}`).join(', ')})`;
}

function isReached({ bad, found, good, falselyBad, twice }: PackRow): boolean {
  const isFound = found >= PACK_GOALS.found * bad;
  return isFound && falselyBad * 1000 <= PACK_GOALS.falselyBadIn1000 * good && twice <= PACK_GOALS.twice;
}
