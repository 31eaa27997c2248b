/**
 * What is printed on one good pack: it is framed on the picture and read; the fields that were found are shown where they
 * are, and can be moved; "this is right" writes them.
 */
const FRAME = 'pack';
const idOf = (field) => `field:${field}`;

/** Left, top, right and bottom of a shape's corners. */
function bounds(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function corners([left, top, right, bottom]) {
  const within = (value) => Math.min(1, Math.max(0, value));
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ].map(([x, y]) => [within(x), within(y)]);
}

/** A region of the pack on the picture, and back. */
function onPicture([left, top, right, bottom], [x1, y1, x2, y2]) {
  const [width, height] = [x2 - x1, y2 - y1];
  return [x1 + left * width, y1 + top * height, x1 + right * width, y1 + bottom * height];
}
function onPack([left, top, right, bottom], [x1, y1, x2, y2]) {
  const part = (value, from, to) => Math.min(2, Math.max(-1, Math.round(((value - from) / (to - from)) * 1000) / 1000));
  return [part(left, x1, x2), part(top, y1, y2), part(right, x1, x2), part(bottom, y1, y2)];
}

/** What a field must hold, for people. */
function shownOf({ kind, symbologies = [], gtin, content, format, shelfLife, phrase, place }) {
  const what = [...symbologies, gtin, content, format, shelfLife, phrase, place && `at ${place.join(' ')}`];
  return [kind, ...what.filter(Boolean)].join(', ');
}

/** Wires the part of the page for packs. `editor()` is the shape editor, `ask` and `say` are those of the page. */
export function packSetup({ at, ask, say, editor, show }) {
  let box;
  let found = [];

  const drop = () => {
    const left = editor()
      .shapes()
      .filter(({ kind }) => kind !== 'pack' && kind !== 'field');
    editor().replace(left);
    found = [];
    at('pack-fields').replaceChildren();
    at('pack-right').hidden = true;
  };

  function choice(field) {
    const made = document.createElement('li');
    const label = document.createElement('label');
    const box = document.createElement('input');
    Object.assign(box, { type: 'checkbox', checked: true, name: field.id });
    label.append(box, ` ${field.id}: ${shownOf(field)}`);
    made.append(label);
    return made;
  }

  function showFound({ fields, product, facts, textReader }) {
    found = fields;
    const parts = [
      product && `product ${product}`,
      ...Object.entries(facts).map(([name, value]) => `${name} ${value}`),
    ];
    at('pack-fields').replaceChildren(...fields.map(choice));
    at('pack-facts').textContent = parts.filter(Boolean).join(', ');
    at('pack-right').hidden = fields.length === 0;
    const regions = fields.filter(({ region }) => region !== undefined);
    const shapes = regions.map(({ id, region }) => ({
      ...{ kind: 'field', id: idOf(id), points: corners(onPicture(region, box)), fixed: true },
    }));
    const others = editor()
      .shapes()
      .filter(({ kind }) => kind !== 'pack' && kind !== 'field');
    editor().replace([...others, { kind: 'pack', id: FRAME, points: corners(box) }, ...shapes]);
    const unread =
      textReader === 'missing' ? ' Dates, lots and phrases were not read: no text reader is installed.' : '';
    say((fields.length === 0 ? 'Nothing could be read on the pack.' : `${fields.length} fields were read.`) + unread);
  }

  const guarded = (act) => async (event) => {
    event.preventDefault();
    try {
      await act();
    } catch (error) {
      say(error.message, true);
    }
  };

  at('pack-frame').addEventListener('click', () => {
    drop();
    editor().place('pack', FRAME);
    at('pack-read').disabled = false;
  });
  at('pack-read').addEventListener(
    'click',
    guarded(async () => {
      const frame = editor()
        .shapes()
        .find(({ id }) => id === FRAME);
      if (frame === undefined) return;
      box = bounds(frame.points);
      say('Reading …');
      showFound(await ask('/api/pack', { box }));
    }),
  );
  at('still').addEventListener(
    'click',
    guarded(async () => {
      say('Taking a picture …');
      await ask('/api/still', {});
      editor().picture(`/still.jpg?at=${Date.now()}`);
      say('');
    }),
  );
  at('pack-right').addEventListener(
    'submit',
    guarded(async () => {
      const chosen = new Set([...at('pack-fields').querySelectorAll('input:checked')].map(({ name }) => name));
      const shapes = new Map(
        editor()
          .shapes()
          .map((shape) => [shape.id, shape]),
      );
      const fields = found
        .filter(({ id }) => chosen.has(id))
        .map(({ id }) => {
          const shape = shapes.get(idOf(id));
          return { id, ...(shape === undefined ? {} : { region: onPack(bounds(shape.points), box) }) };
        });
      const labels = at('pack-labels')
        .value.split(',')
        .map((label) => label.trim())
        .filter(Boolean);
      const setup = await ask('/api/pack/right', { fields, recipe: at('recipe').value, labels });
      drop();
      // What is drawn and not saved yet stays.
      show({ ...setup, shapes: editor().shapes() });
      say(setup.written ? 'Saved: the rule checks these fields.' : 'Nothing has changed.');
    }),
  );
}
