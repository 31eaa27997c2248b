import type { AccuracyResult, EventRow } from './result.ts';
import type { FilmResult } from './films.ts';
import { CONDITIONS } from './conditions.ts';
import { packsMarkdown } from './packs/packs-markdown.ts';

/** Sorts of losses, each with the count of a row that says how many there were. */
const LOSS_COUNTS = [
  ['missed', 'missed'],
  ['wrong', 'wrong'],
  ['double', 'doubles'],
  ['unclosed', 'unclosed'],
] as const;

/** docs/accuracy.md's generated part: every goal beside what was reached, and every loss. */
export function accuracyMarkdown(result: AccuracyResult): string {
  return [
    goals(result),
    '### Events on the twin, by kind and condition',
    '',
    table(
      [
        'kind',
        'condition',
        'twin time',
        'true events',
        'precision',
        'recall',
        'wrong',
        'missed',
        'doubles',
        'unclosed',
        'delay p50 / p95',
      ],
      result.events.map((row) => [
        row.kind,
        row.condition === 'all' ? '**all**' : row.condition,
        twinTime(row.seconds),
        `${row.truth}`,
        rate(row.precision),
        rate(row.recall),
        `${row.wrong}`,
        `${row.missed}`,
        `${row.doubles}`,
        `${row.unclosed}`,
        delay(row),
      ]),
    ),
    '',
    conditionList(),
    ...packsMarkdown(result.packs),
    '### Real films',
    '',
    filmTable(result),
    '### Every loss on the twin',
    '',
    losses(result),
    '### Models',
    '',
    'Average precision and area under ROC, of the cards; precision and recall at each threshold are in `figures.json` beside them.',
    '',
    table(
      ['model', 'data', 'figure', 'value', 'seeds'],
      result.models
        .filter(({ metric }) => /ap\d\d$|auroc/i.test(metric))
        .map(({ id, data, metric, value, seeds }) => [id, data, metric, `${value}`, `${seeds}`]),
    ),
    '',
  ].join('\n');
}

function goals(result: AccuracyResult): string {
  const { events, films, counts, goals: goal, secondsPerKind, modelVersions, kept = [] } = result;
  const rows = events
    .filter(({ condition }) => condition === 'all')
    .flatMap((row) => [
      [
        `${row.kind}: precision`,
        `at least ${goal.precision}`,
        rate(row.precision),
        met((row.precision ?? 0) >= goal.precision),
      ],
      [`${row.kind}: recall`, `at least ${goal.recall}`, rate(row.recall), met((row.recall ?? 0) >= goal.recall)],
      [`${row.kind}: doubles`, `${goal.doubles}`, `${row.doubles}`, met(row.doubles <= goal.doubles)],
      [
        `${row.kind}: opened after the rule's own delay, p95`,
        `at most ${goal.delayP95Ms} ms`,
        `${row.delayP95Ms ?? '-'} ms`,
        met((row.delayP95Ms ?? Infinity) <= goal.delayP95Ms),
      ],
      [`${row.kind}: true events`, `at least ${goal.truth}`, `${row.truth}`, met(row.truth >= goal.truth)],
    ]);
  if (films.length > 0) {
    const per10Minutes = falsePer10Minutes(films);
    const most = goal.falseEventsIn10MinutesOfFilm;
    rows.push([
      'false events in 10 minutes of the films',
      `at most ${most}`,
      per10Minutes.toFixed(1),
      met(per10Minutes <= most),
    ]);
  }
  for (const { film, what, truth, counted } of counts) {
    rows.push([`${what} in ${film}`, `${truth}`, `${counted}`, met(counted === truth)]);
  }
  const minutes = Math.round(secondsPerKind / 60);
  const earlier = kept.map(
    (one) => ` Measured earlier, with ${versionsText(one.modelVersions)}: ${one.kinds.join(', ')}.`,
  );
  const how = `Each scene was shown for ${minutes} minutes of twin time, with the models ${versionsText(modelVersions)}.`;
  return `### Goals\n\n${how}${earlier.join('')}\n\n${table(['figure', 'goal', 'reached', ''], rows)}\n`;
}

function versionsText(versions: AccuracyResult['modelVersions']): string {
  return versions.map(({ id, version, sha256 }) => `${id} ${version} (${sha256.slice(0, 8)})`).join(', ');
}

/** False events of all rules together, in 10 minutes of the films. */
export function falsePer10Minutes(films: readonly FilmResult[]): number {
  const lengths = new Map(films.map(({ film, seconds }) => [film, seconds]));
  const seconds = [...lengths.values()].reduce((sum, length) => sum + length, 0);
  const wrong = films.reduce((sum, film) => sum + film.wrong + film.doubles, 0);
  return seconds === 0 ? 0 : (wrong / seconds) * 600;
}

function filmTable({ films }: AccuracyResult): string {
  if (films.length === 0) return 'The films were not there when this was measured.\n';
  const rows = films.map((row) => [
    row.film,
    row.rule,
    `${row.truth}`,
    `${row.matched}`,
    `${row.missed}`,
    row.falseAtSeconds.map((at) => `${at.toFixed(1)} s`).join(', ') || 'none',
    `${row.doubles}`,
  ]);
  return `${table(['film', 'rule', 'true events', 'reported', 'missed', 'false, at', 'of these doubles'], rows)}\n`;
}

function conditionList(): string {
  return `${CONDITIONS.map(({ id, what }) => `- **${id}**: ${what}`).join('\n')}\n`;
}

/** Losses of one kind, condition and sort in one line, so that a cell with hundreds of them can be read. */
function losses({ events }: AccuracyResult): string {
  const lines = events.flatMap((row) =>
    LOSS_COUNTS.flatMap(([what, count]) => {
      const shown = row.losses.filter((loss) => loss.what === what);
      if (shown.length === 0) return [];
      const more = row[count] - shown.length;
      const places = shown.map(({ atSeconds, subject }) => `${atSeconds.toFixed(1)} s ${subject}`).join(', ');
      return [[row.kind, row.condition, what, `${row[count]}`, more > 0 ? `${places}, and ${more} more` : places]];
    }),
  );
  return lines.length === 0 ? 'None.\n' : `${table(['kind', 'condition', 'what', 'how many', 'at'], lines)}\n`;
}

function met(reached: boolean): string {
  return reached ? 'reached' : '**not reached**';
}

function twinTime(seconds: number): string {
  return seconds < 3600 ? `${Math.round(seconds / 6) / 10} min` : `${Math.round(seconds / 360) / 10} h`;
}

function rate(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}

function delay({ delayP50Ms, delayP95Ms }: EventRow): string {
  return delayP50Ms === null ? '-' : `${delayP50Ms} / ${delayP95Ms ?? '-'} ms`;
}

/** A Markdown table. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
