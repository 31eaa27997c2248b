import { contains, footOf } from '../../edge/src/domain/index.ts';
import { type Truth, type TrueEvent, trueEvents } from '../../edge/src/event-accuracy/index.ts';
import { SCENES } from './scenes.ts';

/** What a rule must report, in the words of the rule and from what the twin says, not from what the rule computes. */
type Truths = (truth: Truth) => readonly TrueEvent[];

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Less of an object is not looked for. */
const VISIBLE = 0.5;
/** What is not so for a shorter time is no end. */
const SHORTEST_BREAK_MS = 1_000;
/** What crosses the line so soon after the beginning cannot be known to have crossed it. */
const UNKNOWN_AT_START_MS = 1_500;

/** The incidents that the twin declares for its camera. */
export const incidentEvents: Truths = (truth) => trueEvents(truth, '');

/** Times in which so many people stand in a zone, or in the picture. */
export function occupiedEvents({ zone, people }: { readonly zone?: string; readonly people: number }): Truths {
  return (truth) =>
    eventsOf(
      zone ?? 'picture',
      spansOf(truth, (boxes) => peopleIn(boxes, truth, zone) >= people),
    );
}

/** Times in which somebody is in the zone that is to be washed. */
export const cleanedEvents: Truths = occupiedEvents({ zone: 'wash', people: 1 });

/** Times after which the zone should have been washed again. The beginning counts as a cleaning. */
export function overdueEvents(leastMs: number, intervalMs: number): Truths {
  return (truth) => {
    const cleanings = cleanedEvents(truth).filter(({ startMs, endMs }) => endMs - startMs >= leastMs);
    const moments = [0, ...cleanings.map(({ startMs }) => startMs + leastMs), lastMs(truth)];
    const spans = moments.slice(1).map((toMs, index) => ({ fromMs: (moments[index] ?? 0) + intervalMs, toMs }));
    return eventsOf(
      'overdue',
      spans.filter(({ fromMs, toMs }) => toMs > fromMs),
    );
  };
}

/** Each product that crosses the middle of the picture. */
export const passageEvents: Truths = (truth) =>
  passagesOf(truth).map((atMs, index) => ({
    ...{ id: `passage-${index}`, camera: '', kind: '', startMs: atMs, endMs: atMs, inspectableFromMs: atMs },
    inspectableToMs: atMs < UNKNOWN_AT_START_MS ? atMs : atMs + SHORTEST_BREAK_MS,
  }));

/** Times in which fewer products than `minRate` a minute crossed the middle over the window before. */
export function slowEvents(windowMs: number, minRate: number): Truths {
  return (truth) => {
    const passages = passagesOf(truth);
    const isSlow = (_: Truth['frames'][number]['boxes'], atMs: number): boolean => {
      const passed = passages.filter((one) => one > atMs - windowMs && one <= atMs).length;
      return atMs >= windowMs && (passed * 60_000) / windowMs < minRate;
    };
    return eventsOf('slow', spansOf(truth, isSlow));
  };
}

/** Times in which no product has been in the picture for so long. */
export function emptyEvents(noProductMs: number): Truths {
  return (truth) => {
    const isEmpty = (boxes: Truth['frames'][number]['boxes']): boolean =>
      !boxes.some(({ label, visible }) => label === 'product' && visible >= VISIBLE);
    const spans = spansOf(truth, isEmpty).map(({ fromMs, toMs }) => ({ fromMs: fromMs + noProductMs, toMs }));
    return eventsOf(
      'empty',
      spans.filter(({ fromMs, toMs }) => toMs > fromMs),
    );
  };
}

function passagesOf({ events }: Truth): readonly number[] {
  return events.flatMap(({ kind, start }) => (kind === 'passage' && start >= 0 ? [start * 1000] : []));
}

function peopleIn(boxes: Truth['frames'][number]['boxes'], truth: Truth, zone: string | undefined): number {
  const people = boxes.filter(({ label, visible }) => label === 'person' && visible >= VISIBLE);
  if (zone === undefined) return people.length;
  const polygon = SCENES.flatMap(({ zones = [] }) => zones).find(({ id }) => id === zone)?.polygon;
  if (polygon === undefined) throw new RangeError(`no scene has a zone ${zone}`);
  const { width, height } = truth;
  if (width === undefined || height === undefined) throw new RangeError('the truth has no size of the picture');
  return people.filter(({ x1, y1, x2, y2 }) =>
    contains({ id: zone, polygon }, footOf([x1, y1, x2, y2], { width, height })),
  ).length;
}

/** Times in which something is so, frame after frame. */
function spansOf(
  { frames }: Truth,
  isSo: (boxes: Truth['frames'][number]['boxes'], atMs: number) => boolean,
): readonly Span[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const { seconds, boxes } of frames) {
    const atMs = seconds * 1000;
    if (!isSo(boxes, atMs)) continue;
    const latest = spans.at(-1);
    if (latest !== undefined && atMs - latest.toMs <= SHORTEST_BREAK_MS) latest.toMs = atMs;
    else spans.push({ fromMs: atMs, toMs: atMs });
  }
  return spans;
}

function eventsOf(name: string, spans: readonly Span[]): readonly TrueEvent[] {
  return spans.map(({ fromMs, toMs }, index) => ({
    ...{ id: `${name}-${index}`, camera: '', kind: '', startMs: fromMs, endMs: toMs },
    ...{ inspectableFromMs: fromMs, inspectableToMs: toMs },
  }));
}

function lastMs({ frames }: Truth): number {
  return (frames.at(-1)?.seconds ?? 0) * 1000;
}
