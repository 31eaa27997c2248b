/**
 * A teaching in a process of its own, for the page and for the command line: collects the pieces that it is asked for, learns,
 * and ends. Starting one loads nothing of the teaching itself.
 */
export type { Collecting, TeachOrder, TeachOutcome, TeachProgress, Unreadable } from './order.ts';
export { type RunningTeaching, startTeaching, TEACHING_ENVIRONMENT, type TeachingOptions } from './start-teaching.ts';
