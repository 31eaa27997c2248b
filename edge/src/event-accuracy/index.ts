/**
 * Judging events: reported events are matched one to one with what really happened, and the matches become figures
 * (precision, recall, doubles, delay). Pure functions, and the reader of truth files.
 */
export { type AccuracyFigures, accuracyFigures, delaysOf, ratesOf } from './accuracy-figures.ts';
export {
  type EventMatch,
  type JudgedRecording,
  judgeEvents,
  type Judgement,
  TOLERANCE,
  type Tolerance,
} from './judge-events.ts';
export { ReportedEvents, type ReportedTransition } from './reported-events.ts';
export type { ReportedEvent, TrueEvent } from './true-event.ts';
export { readTruthFile, trueEvents, type Truth } from './truth-file.ts';
