import { html, useEffect, useRef, useState } from '/vendor/preact.js';
import { getJson } from '/common/http.js';
import { shapeEditor } from '/common/shape-editor.js';
import { change } from './change.js';
import { t } from './language.js';
import { Preview } from './preview.js';
import { session } from './session.js';

const HINTS = { zone: 'hintZone', mask: 'hintMask', line: 'hintLine' };
/** An hour of a busy camera takes the device seconds; one that has no CPU left, minutes. */
const PREVIEW_MS = 300_000;
const KINDS = { zone: 'zoneShape', mask: 'maskShape', line: 'lineShape' };

/** Draws zones, masks and lines of a camera on its picture: by touch, mouse or keyboard. */
export function ZoneEditor({ camera }) {
  const path = `/api/v1/cameras/${encodeURIComponent(camera.id)}`;
  const root = useRef(null);
  const editor = useRef(undefined);
  const [view, setView] = useState(undefined);
  const [shapes, setShapes] = useState([]);
  const [drawing, setDrawing] = useState(undefined);
  const [name, setName] = useState('');
  const [said, setSaid] = useState(undefined);
  const [preview, setPreview] = useState(undefined);
  useEffect(() => {
    let over = false;
    const image = new Image();
    const still = `${path}/picture.jpg?width=1280&n=${Date.now()}`;
    image.addEventListener(
      'load',
      () => !over && open({ src: still, width: image.naturalWidth, height: image.naturalHeight }),
    );
    image.addEventListener('error', () => !over && setSaid({ bad: true, text: t('noPictureToDraw') }));
    image.src = still;
    const open = async (picture) => {
      try {
        const found = await getJson(`${path}/shapes`);
        if (over) return;
        setView(found);
        setShapes(found.shapes);
        editor.current = shapeEditor({
          ...{ root: root.current, still: picture, shapes: found.shapes, onChange: setShapes },
          onState: (state) => setDrawing(state.drawing),
        });
      } catch (error) {
        setSaid({ bad: true, text: error.message });
      }
    };
    return () => {
      over = true;
    };
  }, [camera.id]);
  const take = (answer, text) => {
    setView(answer);
    setShapes(answer.shapes);
    editor.current.replace(answer.shapes);
    setSaid({ text });
  };
  const attempt = async (work) => {
    try {
      await work();
    } catch (error) {
      setSaid({ bad: true, text: error.message });
    }
  };
  const wanted = () => {
    const rules = view.rules.map(({ id, zone, typed = {} }) => ({ id, zone: zone ?? null, options: typed }));
    return { revision: view.revision, shapes, rules };
  };
  const look = () => {
    setPreview('busy');
    setSaid(undefined);
    return change(`${path}/preview`, wanted(), PREVIEW_MS).then(setPreview, (error) => {
      setPreview(undefined);
      setSaid({ bad: true, text: error.message });
    });
  };
  const save = () =>
    attempt(async () => {
      const answer = await change(`${path}/shapes`, wanted());
      take(answer, t(answer.written ? 'zonesSaved' : 'nothingChanged'));
    });
  const undo = () => attempt(async () => take(await change(`${path}/shapes/undo`, {}), t('undone')));
  const begin = (kind) => (event) => {
    event.preventDefault();
    if (name === '') return setSaid({ bad: true, text: t('nameFirst') });
    editor.current.begin(kind, name);
    return setName('');
  };
  const setZone = (rule, zone) =>
    setView({
      ...view,
      rules: view.rules.map((one) => (one.id === rule ? { ...one, zone: zone === '' ? undefined : zone } : one)),
    });
  const type = (rule, option, text) =>
    setView({
      ...view,
      rules: view.rules.map((one) => (one.id === rule ? { ...one, typed: { ...one.typed, [option]: text } } : one)),
    });
  const mayChange = session().may('technician');
  return html`
    <section class="card panel zone-editor" aria-labelledby="editor-title">
      <h2 id="editor-title">${t('zonesOf', { id: camera.id })}</h2>
      <p role="status" class="small hint" data-hint=${drawing?.kind ?? 'idle'}>${t(HINTS[drawing?.kind] ?? 'hintIdle')}</p>
      ${view === undefined && html`<p class="small">${t('loadingPicture')}</p>`}
      <div key="drawing" ref=${root} class="drawing"></div>
      ${said && html`<p class=${said.bad ? 'advice' : 'small'} role=${said.bad ? 'alert' : 'status'} data-said>${said.text}</p>`}
      ${
        view &&
        html`<form class="inline-form" onSubmit=${begin('zone')}>
          <label>${t('shapeName')} <input value=${name} onInput=${(event) => setName(event.target.value)} maxlength="64" pattern="[a-z0-9][a-z0-9._\\-]*" autocapitalize="none" /></label>
          <button>${t('drawZone')}</button>
          <button type="button" onClick=${begin('mask')}>${t('drawMask')}</button>
          <button type="button" onClick=${() => (name === '' ? setSaid({ bad: true, text: t('nameFirst') }) : (editor.current.place('zone', name), setName('')))}>${t('placeZone')}</button>
        </form>
        <h3>${t('onThisPicture')}</h3>
        <ul class="shape-list">
          ${shapes.map(
            ({ kind, id, fixed }) => html`<li key=${id}>
              <button type="button" class="switch" onClick=${() => editor.current.select(id)}>${t(KINDS[kind])} ${id.replace(/^line:/, '')}</button>
              ${!fixed && html`<button type="button" class="link" onClick=${() => editor.current.remove(id)}>${t('removeShape', { id })}</button>`}
            </li>`,
          )}
        </ul>
        <h3>${t('rulesOfCamera')}</h3>
        <ul class="shape-list">
          ${view.rules.map((rule) => html`<${RuleRow} key=${rule.id} rule=${rule} shapes=${shapes} onZone=${setZone} onType=${type} onLine=${() => editor.current.begin('line', `line:${rule.id}`)} />`)}
        </ul>
        <p class="buttons">
          <button type="button" class="primary" disabled=${!mayChange} onClick=${save}>${t('save')}</button>
          <button type="button" class="button" disabled=${!mayChange || view.undoes === 0} onClick=${undo}>${t('undo')}</button>
          <button type="button" class="button" disabled=${!mayChange || preview === 'busy'} onClick=${look}>${t('preview')}</button>
          <a class="button" href="#cameras">${t('back')}</a>
        </p>
        ${preview === 'busy' && html`<p role="status" class="small">${t('previewBusy')}</p>`}
        ${preview !== undefined && preview !== 'busy' && html`<${Preview} preview=${preview} />`}`
      }
    </section>
  `;
}

function RuleRow({ rule, shapes, onZone, onType, onLine }) {
  const zones = shapes.filter(({ kind }) => kind === 'zone').map(({ id }) => id);
  const all = [...new Set([...zones, ...(rule.zone ? [rule.zone] : [])])];
  return html`<li>
    <span>${rule.id} (${rule.type})</span>
    ${
      rule.hasZone &&
      html`<select aria-label=${t('zoneOfRule', { id: rule.id })} value=${rule.zone ?? ''} onChange=${(event) => onZone(rule.id, event.target.value)}>
      <option value="">${t('wholePicture')}</option>
      ${all.map((zone) => html`<option key=${zone} value=${zone}>${zone}</option>`)}
    </select>`
    }
    ${rule.hasLine && html`<button type="button" class="switch" onClick=${onLine}>${t('drawLineOf', { id: rule.id })}</button>`}
    ${
      Object.keys(rule.options ?? {}).length > 0 &&
      html`<details class="options">
        <summary>${t('optionsOf', { id: rule.id })}</summary>
        <div class="inline-form" lang="en">
          ${Object.entries(rule.options).map(
            ([name, value]) =>
              html`<label key=${name}>${name} <input value=${rule.typed?.[name] ?? String(value)} onInput=${(event) => onType(rule.id, name, event.target.value)} maxlength="200" autocapitalize="none" spellcheck=${false} /></label>`,
          )}
        </div>
      </details>`
    }
  </li>`;
}
