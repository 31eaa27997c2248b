import type { PictureSize } from '../domain/index.ts';

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A box with the size of its label; all lengths in pixels of the picture. */
export interface Labelled {
  readonly box: Rectangle;
  readonly label: { readonly width: number; readonly height: number };
}

/** A label farther away than so many of its heights would be taken for that of another box. */
const FARTHEST = 4;

/**
 * Where the labels of boxes are drawn so that none covers another: above the box where that is free, else below, inside
 * or beside it, else at the nearest free place. Undefined for a label without a place near its box. Earlier boxes choose first.
 */
export function placeLabels(boxes: readonly Labelled[], picture: PictureSize): readonly (Rectangle | undefined)[] {
  const taken: Rectangle[] = [];
  return boxes.map(({ box, label }) => {
    const isFree = (place: Rectangle): boolean =>
      isWithin(place, picture) && !taken.some((other) => overlaps(place, other));
    const place = candidates(box, label, picture).find(isFree) ?? nearestFree(box, label, isFree);
    if (place !== undefined) taken.push(place);
    return place;
  });
}

/** Places that touch the box, best first. A label wider than the picture has none. */
function candidates(box: Rectangle, { width, height }: Labelled['label'], picture: PictureSize): readonly Rectangle[] {
  const [right, bottom] = [box.left + box.width, box.top + box.height];
  const shifted = Math.max(0, Math.min(box.left, picture.width - width));
  const place = (left: number, top: number): Rectangle => ({ left, top, width, height });
  return [
    place(shifted, box.top - height),
    place(shifted, Math.max(0, box.top)),
    place(shifted, bottom),
    place(shifted, Math.min(bottom, picture.height) - height),
    place(Math.max(0, right - width), box.top - height),
    place(Math.max(0, right - width), bottom),
    place(right, box.top),
    place(box.left - width, box.top),
    place(right, bottom - height),
    place(box.left - width, bottom - height),
  ];
}

/** The nearest free place in rows above and below the box, to the left and to the right of it. */
function nearestFree(
  box: Rectangle,
  { width, height }: Labelled['label'],
  isFree: (place: Rectangle) => boolean,
): Rectangle | undefined {
  const rows = Math.ceil(box.height / height) + 2 * FARTHEST;
  const columns = Math.ceil((box.width / width) * 2) + 4;
  const places: Rectangle[] = [];
  for (let row = -FARTHEST; row < rows - FARTHEST; row += 1) {
    for (let column = -2; column < columns - 2; column += 1) {
      places.push({ left: box.left + (column * width) / 2, top: box.top + row * height, width, height });
    }
  }
  const near = places.filter((place) => distance(place, box) <= FARTHEST * height);
  return near.toSorted((a, b) => distance(a, box) - distance(b, box)).find(isFree);
}

/** 0 where they touch or overlap. */
export function distance(a: Rectangle, b: Rectangle): number {
  const x = Math.max(0, a.left - (b.left + b.width), b.left - (a.left + a.width));
  const y = Math.max(0, a.top - (b.top + b.height), b.top - (a.top + a.height));
  return Math.hypot(x, y);
}

function isWithin({ left, top, width, height }: Rectangle, picture: PictureSize): boolean {
  return left >= 0 && top >= 0 && left + width <= picture.width && top + height <= picture.height;
}

export function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + b.height && b.top < a.top + a.height;
}
