import type { Box, PictureSize } from '../../domain/index.ts';
import type { Details, IncidentState, Subject } from '../incidents/index.ts';
import type { LinePoints } from './crossing-line.ts';

/** The subject of a rule that has only one: the line itself. */
export class MomentSubject implements Subject {
  readonly incident: IncidentState;
  readonly #details: () => Details;

  constructor(incident: IncidentState, details: () => Details) {
    this.incident = incident;
    this.#details = details;
  }

  details(): Details {
    return this.#details();
  }
}

/** The part of the picture around a line, in pixels. */
export function lineBox([[x1, y1], [x2, y2]]: LinePoints, { width, height }: PictureSize): Box {
  const [left, right] = [Math.min(x1, x2) * width, Math.max(x1, x2) * width];
  const [top, bottom] = [Math.min(y1, y2) * height, Math.max(y1, y2) * height];
  return [Math.max(0, left - 2), Math.max(0, top - 2), Math.min(width, right + 2), Math.min(height, bottom + 2)];
}
