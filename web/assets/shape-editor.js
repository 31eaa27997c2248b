/**
 * Draws shapes on a picture: zones and masks (polygons) and lines (two points), with mouse, touch or keyboard. Without a
 * library, so that any page can use it. Points are fractions of the picture, as in the configuration.
 *
 * A shape: `{ kind: 'zone' | 'mask' | 'line' | 'pack' | 'field', id, points: [[x, y], ...], fixed? }`; a `fixed` one cannot
 * be removed.
 */
import { COMMON_TEXTS } from './common-texts.js';
import { translator } from './language.js';

const SVG = 'http://www.w3.org/2000/svg';
/** How far an arrow key moves a point, as a fraction of the picture; with Shift ten times as far. */
const STEP = 0.005;
/** Nearer to the first corner than this, in CSS pixels, a click closes a polygon. */
const CLOSE_PX = 14;
const MAX_CORNERS = 64;

const LEAST = { zone: 3, mask: 3, pack: 3, field: 3, line: 2 };
const clamp = (value) => Math.min(1, Math.max(0, Math.round(value * 1e4) / 1e4));

/**
 * Puts the editor into `root`. `onChange(shapes)` is called after each change, `onState({ selected, drawing })` when another
 * shape is selected, or drawing begins or ends. `words` translates: `corner(k, shape, x, y)` names a point.
 */
export function shapeEditor({ root, still, shapes = [], onChange = () => {}, onState = () => {}, words = WORDS }) {
  let all = shapes.map((shape) => ({ ...shape, points: shape.points.map(([x, y]) => [x, y]) }));
  let selected = all[0]?.id;
  let drawing;
  let dragged;

  const svg = element('svg', { viewBox: `0 0 ${still.width} ${still.height}`, class: 'shapes', role: 'group' });
  svg.setAttribute('aria-label', words.editor());
  const image = element('image', { href: still.src, width: still.width, height: still.height });
  svg.append(image);
  const layer = element('g', {});
  svg.append(layer);
  root.replaceChildren(svg);

  const shapeOf = (id) => all.find((shape) => shape.id === id);
  const changed = () => {
    draw();
    onChange(api.shapes());
  };
  const state = () => onState({ selected, drawing: drawing?.shape });

  function draw(focus) {
    const active = focus ?? focusOf(document.activeElement);
    layer.replaceChildren(...all.flatMap(drawShape), ...(drawing === undefined ? [] : drawShape(drawing.shape)));
    if (active === undefined) return;
    layer.querySelector(`[data-shape="${CSS.escape(active.id)}"][data-point="${active.point}"]`)?.focus();
  }

  function drawShape(shape) {
    const isOpen = shape.kind === 'line' || drawing?.shape === shape;
    const form = element(isOpen ? 'polyline' : 'polygon', {
      class: `shape ${shape.kind}${shape.id === selected ? ' selected' : ''}`,
      points: shape.points.map(([x, y]) => `${x * still.width},${y * still.height}`).join(' '),
    });
    form.dataset.shape = shape.id;
    const isEdited = shape.id === selected || drawing?.shape === shape;
    return [form, ...(isEdited ? shape.points.map((point, k) => drawPoint(shape, point, k)) : [])];
  }

  function drawPoint(shape, [x, y], k) {
    const radius = Math.max(still.width, still.height) / 90;
    const point = element('circle', { cx: x * still.width, cy: y * still.height, r: radius, class: 'point' });
    point.setAttribute('tabindex', '0');
    point.setAttribute('role', 'button');
    point.setAttribute('aria-label', words.corner(k, shape, x, y));
    Object.assign(point.dataset, { shape: shape.id, point: String(k) });
    return point;
  }

  /** Where a pointer is, in fractions of the picture. */
  function placeOf(event) {
    const box = svg.getBoundingClientRect();
    return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
  }

  function isNearFirst(event) {
    const [first] = drawing.shape.points;
    if (first === undefined) return false;
    const box = svg.getBoundingClientRect();
    const [x, y] = [box.left + first[0] * box.width, box.top + first[1] * box.height];
    return Math.hypot(event.clientX - x, event.clientY - y) <= CLOSE_PX;
  }

  function addCorner(event) {
    const { shape } = drawing;
    if (shape.kind !== 'line' && shape.points.length >= LEAST[shape.kind] && isNearFirst(event)) return finish();
    if (shape.points.length < MAX_CORNERS) shape.points.push(placeOf(event));
    if (shape.kind === 'line' && shape.points.length === 2) return finish();
    return draw();
  }

  function finish() {
    const { shape } = drawing;
    drawing = undefined;
    if (shape.points.length >= LEAST[shape.kind]) {
      all = [...all.filter(({ id }) => id !== shape.id), shape];
      selected = shape.id;
    }
    state();
    changed();
  }

  function cancel() {
    drawing = undefined;
    state();
    draw();
  }

  svg.addEventListener('pointerdown', (event) => {
    if (drawing !== undefined) {
      event.preventDefault();
      addCorner(event);
      return;
    }
    const { shape, point } = event.target.dataset ?? {};
    if (shape === undefined) return;
    if (point === undefined) {
      api.select(shape);
      return;
    }
    event.preventDefault();
    event.target.focus();
    dragged = { id: shape, point: Number(point) };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener('pointermove', (event) => {
    if (dragged === undefined) return;
    shapeOf(dragged.id).points[dragged.point] = placeOf(event);
    draw(dragged);
  });
  const drop = () => {
    if (dragged === undefined) return;
    dragged = undefined;
    changed();
  };
  svg.addEventListener('pointerup', drop);
  svg.addEventListener('pointercancel', drop);
  svg.addEventListener('dblclick', () => drawing !== undefined && finish());
  root.addEventListener('keydown', (event) => {
    if (drawing !== undefined && event.key === 'Enter') return done(event, finish);
    if (drawing !== undefined && event.key === 'Escape') return done(event, cancel);
    const at = focusOf(event.target);
    const shape = at && shapeOf(at.id);
    if (shape === undefined) return;
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    if (dx !== 0 || dy !== 0) return done(event, () => move(shape, at, dx, dy, event.shiftKey ? 10 : 1));
    if (event.key === 'Delete' || event.key === 'Backspace') return done(event, () => removeCorner(shape, at));
    if (event.key === '+') return done(event, () => insertCorner(shape, at));
  });

  function move(shape, at, dx, dy, times) {
    const [x, y] = shape.points[at.point];
    shape.points[at.point] = [clamp(x + dx * STEP * times), clamp(y + dy * STEP * times)];
    changed();
  }

  function removeCorner(shape, at) {
    if (shape.points.length <= LEAST[shape.kind]) return;
    shape.points.splice(at.point, 1);
    changed();
  }

  /** A corner in the middle of the side that begins at the selected one. */
  function insertCorner(shape, at) {
    if (shape.kind === 'line' || shape.points.length >= MAX_CORNERS) return;
    const [a, b] = [shape.points[at.point], shape.points[(at.point + 1) % shape.points.length]];
    shape.points.splice(at.point + 1, 0, [clamp((a[0] + b[0]) / 2), clamp((a[1] + b[1]) / 2)]);
    changed();
  }

  const api = {
    shapes: () => all.map((shape) => ({ ...shape, points: shape.points.map(([x, y]) => [x, y]) })),
    select(id) {
      selected = id;
      state();
      draw();
    },
    /** Begins to draw a shape: each click or tap adds a corner; the first corner, Enter or a double click ends it. */
    begin(kind, id) {
      drawing = { shape: { kind, id, points: [] } };
      state();
      draw();
    },
    /** Adds a shape in the middle of the picture, for those who do not point. */
    place(kind, id) {
      const corners =
        kind === 'line'
          ? [
              [0.5, 0.8],
              [0.5, 0.2],
            ]
          : [
              [0.3, 0.3],
              [0.7, 0.3],
              [0.7, 0.7],
              [0.3, 0.7],
            ];
      all = [...all.filter((shape) => shape.id !== id), { kind, id, points: corners }];
      selected = id;
      state();
      changed();
    },
    remove(id) {
      if (shapeOf(id)?.fixed) return;
      all = all.filter((shape) => shape.id !== id);
      selected = all[0]?.id;
      state();
      changed();
    },
    replace(shapesNow) {
      all = shapesNow.map((shape) => ({ ...shape, points: shape.points.map(([x, y]) => [x, y]) }));
      if (shapeOf(selected) === undefined) selected = all[0]?.id;
      state();
      draw();
    },
    /** Another picture of the same camera, under the shapes. */
    picture(src) {
      image.setAttribute('href', src);
    },
    cancel,
  };
  state();
  draw();
  return api;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const t = translator(COMMON_TEXTS);
const KINDS = { zone: 'zoneShape', mask: 'maskShape', line: 'lineShape', pack: 'packShape', field: 'fieldShape' };
const WORDS = {
  editor: () => t('shapeEditor'),
  corner: (k, { kind, id, points }, x, y) =>
    t('shapeCorner', {
      ...{ kind: t(KINDS[kind]), id, k: k + 1, count: points.length },
      ...{ x: Math.round(x * 100), y: Math.round(y * 100) },
    }),
};

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function focusOf(target) {
  const { shape, point } = target?.dataset ?? {};
  return shape === undefined || point === undefined ? undefined : { id: shape, point: Number(point) };
}

function done(event, act) {
  event.preventDefault();
  act();
}
