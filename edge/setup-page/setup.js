import { shapeEditor } from '/common/shape-editor.js';
import { packSetup } from './packs.js';

const at = (id) => document.getElementById(id);
const HINT = {
  idle: 'Select a shape to move its corners, or draw a new one.',
  zone: 'Tap the corners of the zone. End with the first corner, a double tap or Enter.',
  mask: 'Tap the corners of the part in which nothing counts. End with the first corner, a double tap or Enter.',
  pack: 'Move the corners to those of the pack.',
  line: 'Tap the two ends of the line. Forward is to its right, looking from the first end to the second.',
};

/** The frame of a pack and its fields are not shapes of the configuration. */
const isKept = ({ kind }) => kind !== 'pack' && kind !== 'field';

let rules = [];
let editor;

async function ask(path, body) {
  const response = await fetch(path, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json' },
  });
  const answer = await response.json();
  if (!response.ok) throw new Error([answer.error.message, answer.error.advice].filter(Boolean).join(' '));
  return answer;
}

function say(text, isBad = false) {
  at('answer').textContent = text;
  at('answer').className = isBad ? 'bad' : '';
}

function item(parts) {
  const made = document.createElement('li');
  made.append(...parts);
  return made;
}

function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
}

function showShapes(shapes) {
  at('shapes').replaceChildren(
    ...shapes
      .filter(isKept)
      .map(({ kind, id, fixed }) =>
        item([
          button(`${kind} ${id.replace(/^line:/, '')}`, () => editor.select(id)),
          ...(fixed ? [] : [button(`Remove ${id}`, () => editor.remove(id))]),
        ]),
      ),
  );
  showRules(shapes);
}

function showRules(shapes) {
  const zones = shapes.filter(({ kind }) => kind === 'zone').map(({ id }) => id);
  at('rules').replaceChildren(
    ...rules.map((rule) => {
      const parts = [document.createTextNode(`${rule.id} (${rule.type})`)];
      if (rule.hasZone) parts.push(zoneChoice(rule, zones));
      if (rule.hasLine)
        parts.push(button(`Draw the line of ${rule.id}`, () => editor.begin('line', `line:${rule.id}`)));
      if (rule.events !== undefined) {
        parts.push(document.createTextNode(`${rule.events} event${rule.events === 1 ? '' : 's'} in the recording`));
      }
      return item(parts);
    }),
  );
}

function zoneChoice(rule, zones) {
  const choice = document.createElement('select');
  choice.setAttribute('aria-label', `Zone of ${rule.id}`);
  for (const zone of ['', ...new Set([...zones, ...(rule.zone ? [rule.zone] : [])])]) {
    choice.add(new Option(zone === '' ? 'the whole picture' : zone, zone, false, zone === (rule.zone ?? '')));
  }
  choice.addEventListener('change', () => {
    rule.zone = choice.value === '' ? undefined : choice.value;
  });
  return choice;
}

function show(setup) {
  ({ rules } = setup);
  at('title').textContent = `Set up camera ${setup.camera}`;
  at('undo').disabled = !setup.undoes;
  at('packs').hidden = !setup.readsPacks;
  at('still').hidden = !setup.takesStills;
  if (editor === undefined) {
    const still = { src: '/still.jpg', width: setup.width, height: setup.height };
    editor = shapeEditor({
      ...{ root: at('picture'), still, shapes: setup.shapes, onChange: showShapes },
      onState: ({ drawing }) => (at('hint').textContent = HINT[drawing?.kind ?? 'idle']),
    });
  } else editor.replace(setup.shapes);
  showShapes(editor.shapes());
}

at('add').addEventListener('submit', (event) => {
  event.preventDefault();
  editor.begin(event.submitter?.value ?? 'zone', at('name').value);
  at('name').value = '';
});
at('place').addEventListener('click', () => {
  if (!at('add').reportValidity()) return;
  editor.place('zone', at('name').value);
  at('name').value = '';
});
at('save').addEventListener('click', async () => {
  try {
    const body = {
      shapes: editor.shapes().filter(isKept),
      rules: rules.map(({ id, zone }) => ({ id, zone: zone ?? null })),
    };
    const setup = await ask('/api/setup', body);
    show(setup);
    say(setup.written ? 'Saved.' : 'Nothing has changed.');
  } catch (error) {
    say(error.message, true);
  }
});
at('undo').addEventListener('click', async () => {
  try {
    show(await ask('/api/undo', {}));
    say('The configuration is as it was before the last save.');
  } catch (error) {
    say(error.message, true);
  }
});
at('done').addEventListener('click', async () => {
  try {
    await ask('/api/done', {});
    document.body.replaceChildren('Done. You can close this page; the command has ended.');
  } catch (error) {
    say(error.message, true);
  }
});

packSetup({ at, ask, say, show, editor: () => editor });
show(await ask('/api/setup'));
