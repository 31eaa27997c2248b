import type { Truth, TrueEvent } from '../../edge/src/event-accuracy/index.ts';

type Truths = (truth: Truth) => readonly TrueEvent[];
type WeightCondition = 'under_t2' | 'over' | 't1_fraction' | 'average_under';

/** Tolerable negative error of 500 g by Directive 76/211/EEC, and the window and fraction of the rule. */
const TOLERANCE = 15;
const WINDOW = 50;
const T1_FRACTION = 0.025;
/** What the scale does not know: of one pack, and of the mean of a window. Within it a report is neither demanded nor wrong. */
const UNSURE = 3;
const UNSURE_MEAN = 1;
/** So many packs without the condition end an event: of one pack, and of a window (a fifth of it, docs/rules.md). */
const CLEAR = 5;
const CLEAR_WINDOW = 10;
const DEMANDED_MS = 2_000;

interface Pack {
  readonly atMs: number;
  readonly grams: number;
}

/** Times in which the plant stands. */
export const stopEvents: Truths = ({ events }) =>
  events
    .filter(({ kind }) => kind === 'stop')
    .map(({ subject, start, end }) => ({
      ...{ id: subject, camera: '', kind: '', startMs: start * 1000, endMs: end * 1000 },
      ...{ inspectableFromMs: start * 1000, inspectableToMs: end * 1000 },
    }));

/** Packs, or windows of packs, that break a limit by their true weight. */
export function weightEvents(condition: WeightCondition): Truths {
  return ({ events }) => {
    const packs = events.flatMap(({ kind, start, attributes }): Pack[] =>
      kind === 'weight'
        ? [{ atMs: start * 1000, grams: Number(attributes['trueGrams']) - Number(attributes['nominalGrams']) }]
        : [],
    );
    const breaks = packs.map((_, index) => breakOf(condition, packs.slice(Math.max(0, index + 1 - WINDOW), index + 1)));
    return eventsOf(condition, packs, breaks);
  };
}

type Break = 'surely' | 'perhaps' | undefined;

/** Whether the newest pack, or the window that it ends, breaks a limit. Weights are differences to the nominal one. */
function breakOf(condition: WeightCondition, window: readonly Pack[]): Break {
  const newest = window.at(-1)?.grams ?? 0;
  const isFull = window.length === WINDOW;
  const mean = window.reduce((sum, { grams }) => sum + grams, 0) / Math.max(1, window.length);
  const light = (limit: number): number => window.filter(({ grams }) => grams < limit).length / WINDOW;
  switch (condition) {
    case 'under_t2':
      return graded(newest < -2 * TOLERANCE - UNSURE, newest < -2 * TOLERANCE + UNSURE);
    case 'over':
      return graded(newest > 2 * TOLERANCE + UNSURE, newest > 2 * TOLERANCE - UNSURE);
    case 't1_fraction':
      return graded(
        isFull && light(-TOLERANCE - UNSURE) > T1_FRACTION,
        isFull && light(-TOLERANCE + UNSURE) > T1_FRACTION,
      );
    case 'average_under':
      return graded(isFull && mean < -UNSURE_MEAN, isFull && mean < UNSURE_MEAN);
  }
}

function graded(surely: boolean, perhaps: boolean): Break {
  if (surely) return 'surely';
  return perhaps ? 'perhaps' : undefined;
}

function eventsOf(name: WeightCondition, packs: readonly Pack[], breaks: readonly Break[]): readonly TrueEvent[] {
  const events: TrueEvent[] = [];
  const clear = name === 'under_t2' || name === 'over' ? CLEAR : CLEAR_WINDOW;
  let [first, last] = [-1, -1];
  const end = (): void => {
    if (first < 0) return;
    const sure = breaks.findIndex((one, index) => index >= first && index <= last && one === 'surely');
    const atMs = (index: number): number => packs[Math.min(index, packs.length - 1)]?.atMs ?? 0;
    const fromMs = atMs(sure < 0 ? first : sure);
    events.push({
      ...{ id: `${name}-${events.length}`, camera: '', kind: '', startMs: atMs(first), endMs: atMs(last + clear) },
      inspectableFromMs: fromMs,
      inspectableToMs: sure < 0 ? fromMs : Math.max(atMs(last), fromMs + DEMANDED_MS),
    });
  };
  breaks.forEach((one, index) => {
    if (one === undefined) return;
    if (first < 0 || index - last > clear) {
      end();
      first = index;
    }
    last = index;
  });
  end();
  return events;
}
