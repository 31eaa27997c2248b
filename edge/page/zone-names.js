/** Size of the smallest picture in which names are read, and of a letter and a line in it, in pixels. */
const PICTURE = { width: 320, height: 180 };
const LETTER = 6.8;
const LINE = 20;
const PADDING = 14;

/**
 * Where the names of zones are written so that none covers another: at a corner of the zone, or in the nearest free line
 * below it. Places are fractions of the picture.
 */
export function zoneNamePlaces(zones) {
  const taken = [];
  return zones.map(({ id, polygon }) => {
    const width = Math.min(PICTURE.width * 0.6, id.length * LETTER + PADDING);
    const corners = polygon.map(([x, y]) => ({ left: x * PICTURE.width, top: y * PICTURE.height, width }));
    const lines = corners.slice(0, 1).flatMap((corner) => below(corner));
    const inside = [...corners, ...lines].map((place) => kept(place));
    const place = inside.find((one) => !taken.some((other) => covers(one, other))) ?? inside[0];
    if (place === undefined) return { id, x: 0, y: 0 };
    taken.push(place);
    return { id, x: place.left / PICTURE.width, y: place.top / PICTURE.height };
  });
}

/** Every line of the picture, from the corner downwards and then from the top. */
function below(corner) {
  const lines = Math.floor(PICTURE.height / LINE);
  return Array.from({ length: lines }, (_, line) => ({ ...corner, top: (corner.top + line * LINE) % PICTURE.height }));
}

const kept = (place) => ({
  ...place,
  left: Math.max(0, Math.min(place.left, PICTURE.width - place.width)),
  top: Math.max(0, Math.min(place.top, PICTURE.height - LINE)),
});

const covers = (a, b) =>
  a.left < b.left + b.width && b.left < a.left + a.width && a.top < b.top + LINE && b.top < a.top + LINE;
