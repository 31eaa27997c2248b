/* global localStorage */
import { html, useEffect, useState } from '/vendor/preact.js';
import { time } from '/common/format.js';
import { getJson, postJson, sendJson } from '/common/http.js';
import { t } from './language.js';
import { Problem } from './problem.js';
import { verdictWord } from './words.js';

/** Where this browser keeps the name of who reviews, where there are no accounts. */
const NAME = 'lineside.reviewer';

const pathOf = ({ device, event }) =>
  `/api/v1/events/${encodeURIComponent(device)}/${encodeURIComponent(event)}/review`;

/**
 * What people said about an event, and the buttons of those who may say something: the same as `lineside-collector review mark`.
 * `drawn`: a box that was drawn on the snapshot, in its pixels; `setDrawing` lets one be drawn.
 */
export function Review({ event, drawn, setDrawn, setDrawing }) {
  const [said, setSaid] = useState(undefined);
  const [session, setSession] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const [missed, setMissed] = useState(false);
  const [round, setRound] = useState(0);
  const path = pathOf(event);
  useEffect(() => {
    let over = false;
    Promise.all([getJson(path), getJson('/api/v1/session')])
      .then(([{ items }, now]) => {
        if (over) return;
        setSaid(items);
        setSession(now);
      })
      .catch((error) => {
        if (!over) setProblem(error);
      });
    return () => {
      over = true;
    };
  }, [path, round]);
  if (said === undefined || session === undefined) return html`<${Problem} problem=${problem} />`;
  const again = () => setRound((n) => n + 1);
  const say = async (verdict, details = {}) => {
    setProblem(undefined);
    const by = session.accounts ? {} : { by: nameNow() };
    if (by.by === '') {
      setProblem(t('nameFirst'));
      return;
    }
    try {
      await sendJson(path, { verdict, ...by, ...details });
      setMissed(false);
      setDrawing(false);
      setDrawn(undefined);
      again();
    } catch (error) {
      setProblem(error);
    }
  };
  const right = () => {
    if (event.box === undefined && drawn === undefined) {
      setDrawing(true);
      setProblem(t('drawFirst'));
      return;
    }
    say('true', drawn === undefined ? {} : { box: drawn });
  };
  const startMissed = () => {
    setMissed(true);
    setDrawing(true);
  };
  return html`<section class="review" aria-label=${t('review')}>
    <h3>${t('review')}</h3>
    ${said.length === 0 && html`<p class="small">${t('notReviewed')}</p>`}
    <ul class="small said">${said.map(
      ({ verdict, who, atMs, details }, n) =>
        html`<li key=${n}><b>${verdictWord(verdict)}</b>${details.label === undefined ? '' : ` (${details.label})`} · ${who} · ${time(atMs)}${details.note === undefined ? '' : ` · ${details.note}`}</li>`,
    )}</ul>
    ${session.accounts && session.person === null && html`<${SignIn} done=${again} />`}
    ${!session.accounts && html`<${Name} />`}
    ${
      event.snapshot === null
        ? html`<p class="small">${t('nothingToLearn')}</p>`
        : (!session.accounts || session.person !== null) &&
          html`<p class="verdicts">
            <button onClick=${right}>${t('isRight')}</button>
            <button onClick=${() => say('false_alarm')}>${t('falseAlarm')}</button>
            <button aria-expanded=${missed} onClick=${startMissed}>${t('somethingMissed')}</button>
            ${said.length > 0 && html`<button onClick=${() => say('unsure')}>${t('takeBack')}</button>`}
          </p>`
    }
    ${missed && html`<${Missed} drawn=${drawn} setDrawn=${setDrawn} say=${(details) => say('missed', details)} />`}
    <${Problem} problem=${problem} />
  </section>`;
}

const nameNow = () => (document.getElementById('reviewer')?.value ?? '').trim();

/** There are no accounts: the name is what is written here. */
function Name() {
  return html`<p class="who"><label for="reviewer">${t('yourName')}</label>
    <input id="reviewer" maxlength="64" autocomplete="name" value=${localStorage.getItem(NAME) ?? ''} onInput=${(event) => localStorage.setItem(NAME, event.currentTarget.value)} /></p>`;
}

/** Where a person signs in with the token of the own account. */
export function SignIn({ done }) {
  const [wrong, setWrong] = useState(false);
  const submit = async () => {
    const token = document.getElementById('own-token')?.value ?? '';
    if (await postJson('/api/v1/session', { token }).catch(() => false)) done();
    else setWrong(true);
  };
  return html`<p class="who"><label for="own-token">${t('ownToken')}</label>
    <input id="own-token" type="password" autocomplete="current-password" />
    <button onClick=${submit}>${t('signIn')}</button></p>
    ${wrong && html`<p class="small bad" role="alert">${t('ownTokenWrong')}</p>`}`;
}

const SIDES = ['left', 'top', 'right', 'bottom'];

/** What was missed: its label and where it is, drawn on the snapshot or written in pixels. */
function Missed({ drawn, setDrawn, say }) {
  const [label, setLabel] = useState('');
  const side = (n) => (event) => {
    const box = drawn === undefined ? [0, 0, 0, 0] : [...drawn];
    box[n] = Number(event.currentTarget.value);
    setDrawn(box);
  };
  return html`<div class="missed">
    <p class="small">${t('drawMissed')}</p>
    <label>${t('whatItIs')} <input maxlength="64" value=${label} onInput=${(event) => setLabel(event.currentTarget.value)} /></label>
    ${SIDES.map((name, n) => html`<label key=${name}>${t(name)} <input type="number" min="0" step="1" value=${drawn?.[n] ?? ''} onInput=${side(n)} /></label>`)}
    <button disabled=${label.trim() === '' || drawn === undefined} onClick=${() => say({ label: label.trim(), box: drawn })}>${t('saveMissed')}</button>
  </div>`;
}

/** The surface over the snapshot on which a box is drawn. */
export function Drawing({ frame, drawn, setDrawn }) {
  const [from, setFrom] = useState(undefined);
  const at = (event) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const part = (value, size) => Math.min(1, Math.max(0, value / size));
    return [
      Math.round(part(event.clientX - left, width) * frame.width),
      Math.round(part(event.clientY - top, height) * frame.height),
    ];
  };
  const down = (event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setFrom(at(event));
  };
  const move = (event) => {
    if (from === undefined) return;
    const to = at(event);
    const box = [
      ...[Math.min(from[0], to[0]), Math.min(from[1], to[1])],
      ...[Math.max(from[0], to[0]), Math.max(from[1], to[1])],
    ];
    if (box[0] < box[2] && box[1] < box[3]) setDrawn(box);
  };
  const [x1, y1, x2, y2] = drawn ?? [0, 0, 0, 0];
  return html`<svg class="box drawing" viewBox=${`0 0 ${frame.width} ${frame.height}`} preserveAspectRatio="none" aria-hidden="true"
    onPointerDown=${down} onPointerMove=${move} onPointerUp=${() => setFrom(undefined)} onPointerCancel=${() => setFrom(undefined)}>
    ${drawn !== undefined && html`<rect x=${x1} y=${y1} width=${Math.max(0, x2 - x1)} height=${Math.max(0, y2 - y1)} />`}
  </svg>`;
}
