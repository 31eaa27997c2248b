/** Products that cross a line: each once, in which direction, however its box trembles on the line. */
export { type Crossing, CrossingLine, type LinePoints } from './crossing-line.ts';
export { lineOption } from './line-option.ts';
export { lineBox, MomentSubject } from './moment-subject.ts';
