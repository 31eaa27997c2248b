/* global FormData */
import { html, useEffect, useState } from '/vendor/preact.js';
import { Chip } from '/common/parts.js';
import { decimal, number } from '/common/format.js';
import { getJson } from '/common/http.js';
import { change } from './change.js';
import { Trouble } from './findings.js';
import { t } from './language.js';
import { session } from './session.js';

const EVERY_MS = 2_000;
const STEPS = { pieces: 'teachCollecting', features: 'teachLearning', judging: 'teachJudging', report: 'teachJudging' };
const TONES = { idle: 'idle', running: 'warn', review: 'warn', taught: 'good', failed: 'bad' };

/** The latest teaching and the taught models, asked for again while the page is open; `send` changes it. */
export function useTeaching(connected) {
  const [view, setView] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  useEffect(() => {
    if (!connected) return undefined;
    const load = () => getJson('/api/v1/teaching').then(setView, () => setView(undefined));
    load();
    const again = setInterval(load, EVERY_MS);
    return () => clearInterval(again);
  }, [connected]);
  const send = async (body) => {
    setProblem(undefined);
    try {
      setView(await change('/api/v1/teaching', body));
    } catch (error) {
      setProblem(error.message);
    }
  };
  return { view, send, problem };
}

/** Teaches a model what good pieces look like: collecting, looking at the odd ones, the limit, using it. */
export function Teach({ cameras, teaching: { view, send, problem } }) {
  if (view === undefined) return null;
  const may = session().may('technician');
  const { state } = view;
  return html`<section class="card panel teach" aria-labelledby="teach-title" data-teach=${state}>
    <header class="row-head"><h2 id="teach-title">${t('teachModel')}</h2><${Chip} tone=${TONES[state]}>${t(`teach_${state}`)}<//></header>
    <p class="small">${t('teachHint')}</p>
    ${problem && html`<p class="advice" role="alert">${problem}</p>`}
    ${state === 'failed' && html`<${Trouble} error=${view.error} />`}
    ${state === 'running' && html`<${Running} view=${view} may=${may} send=${send} />`}
    ${view.report && html`<${Result} key=${`${view.id} ${state}`} view=${view} may=${may} send=${send} />`}
    ${state !== 'running' && html`<${Start} cameras=${cameras} may=${may} send=${send} />`}
  </section>`;
}

function Start({ cameras, may, send }) {
  const [camera, setCamera] = useState(cameras[0]?.id);
  const zones = cameras.find(({ id }) => id === camera)?.zones ?? [];
  const start = (event) => {
    event.preventDefault();
    const { zone, minutes, pieces, fresh } = Object.fromEntries(new FormData(event.currentTarget));
    return send({
      ...{ action: 'start', camera, minutes: Number(minutes), pieces: Number(pieces), fresh: fresh !== undefined },
      ...(zone !== '' && { zone }),
    });
  };
  return html`<form class="inline-form" onSubmit=${start} aria-label=${t('teachModel')}>
    <label>${t('camera')} <select value=${camera} onChange=${(event) => setCamera(event.target.value)}>${cameras.map(({ id }) => html`<option key=${id} value=${id}>${id}</option>`)}</select></label>
    <label>${t('onePiece')} <select name="zone"><option value="">${t('wholePicture')}</option>${zones.map(({ id }) => html`<option key=${id} value=${id}>${id}</option>`)}</select></label>
    <label>${t('minutesOfGood')} <input name="minutes" type="number" required min="0.1" max="240" step="any" defaultValue="10" /></label>
    <label>${t('piecesAtMost')} <input name="pieces" type="number" required min="10" max="500" defaultValue="100" /></label>
    <label class="check"><input name="fresh" type="checkbox" /> ${t('teachFresh')}</label>
    <button disabled=${!may}>${t('startTeaching')}</button>
  </form>`;
}

function Running({ view: { id, progress }, may, send }) {
  const { step, done = 0, total = 0 } = progress ?? {};
  return html`<div role="status">
      <p><b>${id}</b>: ${t(STEPS[step] ?? 'teachBegins')} ${total > 0 && t('doneOf', { done, total })}</p>
    </div>
    <progress aria-label=${t('teachModel')} max=${total || 1} value=${done}></progress>
    <p class="buttons"><button type="button" class="button" disabled=${!may} onClick=${() => send({ action: 'cancel' })}>${t('cancelTeaching')}</button></p>`;
}

/** The odd pieces to strike out, and what each limit would do; once taught, using the model. */
function Result({ view, may, send }) {
  const { id, state, report, used } = view;
  const [struck, setStruck] = useState(report.struck);
  const [at, setAt] = useState(nearest(report.slider, report.limit.mads));
  const [moved, setMoved] = useState(false);
  const effect = report.slider[at];
  const toggle = (n) => setStruck(struck.includes(n) ? struck.filter((one) => one !== n) : [...struck, n]);
  const learn = (action) => send({ action, id, strike: struck, ...(moved && { mads: effect.mads }) });
  const shown = [...report.odd.map((one) => one.number), ...report.struck];
  return html`<div class="taught">
    <p><b>${id}</b>: ${t('goodPieces', { n: report.pieces })}</p>
    ${
      state === 'review' &&
      html`<p class="small">${t('strikeHint')}</p>
        <ul class="pieces">
          ${shown.map(
            (n) => html`<li key=${n} data-piece=${n}>
              <label><img src=${`/api/v1/teaching/${id}/${n}.jpg`} alt=${t('pieceNumber', { n })} loading="lazy" />
              <span><input type="checkbox" checked=${struck.includes(n)} onChange=${() => toggle(n)} /> ${t('strikePiece', { n })}</span>
              <span class="small">${scoreOf(report, n)}</span></label>
            </li>`,
          )}
        </ul>
        <label class="limit">${t('limitIs', { mads: decimal(effect.mads), above: effect.false, pieces: report.pieces })}
          <input type="range" min="0" max=${report.slider.length - 1} value=${at} aria-valuetext=${decimal(effect.mads)} onInput=${(
            event,
          ) => {
            setAt(Number(event.target.value));
            setMoved(true);
          }} />
        </label>
        <p class="buttons">
          <button type="button" class="button" disabled=${!may} onClick=${() => learn('review')}>${t('lookAgain')}</button>
          <button type="button" class="primary" disabled=${!may} onClick=${() => learn('finish')}>${t('finishTeaching')}</button>
        </p>`
    }
    ${
      state === 'taught' &&
      html`<p role="status">${t(used ? 'taughtUsed' : 'taughtReady', { id })}</p>
        <p class="buttons">${!used && html`<button type="button" class="primary" disabled=${!may} onClick=${() => send({ action: 'use', id })}>${t('useModel')}</button>`}</p>`
    }
  </div>`;
}

const scoreOf = ({ odd }, n) => {
  const score = odd.find((one) => one.number === n)?.score;
  return score === undefined ? '' : t('madsAbove', { mads: decimal(score) });
};

const nearest = (slider, mads) =>
  slider.reduce((best, one, k) => (Math.abs(one.mads - mads) < Math.abs(slider[best].mads - mads) ? k : best), 0);

/** Of a model that was taught: its limit, and whether it reports or only watches. */
export function TaughtControls({ taught, send }) {
  const [at, setAt] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const { id, state, slider, mads } = taught;
  const shown = slider[at ?? nearest(slider, mads)];
  const armed = state === 'armed';
  const keep = async () => {
    try {
      await change('/api/v1/models/limit', { model: id, mads: shown.mads, by: session().who ?? 'page of the device' });
      setProblem(undefined);
      setAt(undefined);
    } catch (error) {
      setProblem(error.message);
    }
  };
  return html`<div class="taught">
    <label class="limit">${t('limitIs', { mads: decimal(at === undefined ? mads : shown.mads), above: at === undefined ? taught.effect.false : shown.false, pieces: taught.pieces })}
      <input type="range" min="0" max=${slider.length - 1} value=${at ?? nearest(slider, mads)} disabled=${!session().may('admin')} aria-valuetext=${decimal(shown.mads)} onInput=${(event) => setAt(Number(event.target.value))} />
    </label>
    ${problem && html`<p class="advice" role="alert">${problem}</p>`}
    <p class="buttons">
      ${at !== undefined && html`<button type="button" class="button" onClick=${keep}>${t('keepLimit', { mads: number(shown.mads) })}</button>`}
      <button type="button" class="button" disabled=${!session().may('technician')} onClick=${() => send({ action: 'arm', id, armed: !armed })}>${t(armed ? 'watchOnly' : 'armModel')}</button>
    </p>
  </div>`;
}
