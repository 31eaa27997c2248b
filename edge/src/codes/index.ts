/**
 * What is printed on a pack, understood: GS1 element strings and check digits, dates in the plant's formats, lots,
 * phrases, and the date that must be there. Pure: texts in, facts out.
 */
export * from './calendar-date.ts';
export * from './check-digit.ts';
export * from './describe.ts';
export * from './gs1/digital-link.ts';
export * from './gs1/element-string.ts';
export * from './print-grade.ts';
export * from './shelf-life.ts';
export * from './symbologies.ts';
export * from './text/date-format.ts';
export * from './text/lot-format.ts';
export * from './text/pattern.ts';
export * from './text/phrase.ts';
export * from './check/expectation.ts';
export * from './check/judge-field.ts';
export { markOf } from './check/judge-label.ts';
export * from './check/reading.ts';
export * from './check/vote.ts';
