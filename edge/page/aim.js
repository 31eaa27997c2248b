import { html, useEffect, useRef, useState } from '/vendor/preact.js';
import { decimal, percent } from '/common/format.js';
import { Switch } from '/common/parts.js';
import { change } from './change.js';
import { t } from './language.js';
import { figuresOf } from './picture-figures.js';
import { Zones } from './picture.js';
import { session } from './session.js';

const MEASURE_MS = 500;

/** Aims and focuses a camera: its live picture with how sharp and how light it is, zones, and the accepted view over it. */
export function Aim({ camera, epoch }) {
  const path = `/api/v1/cameras/${encodeURIComponent(camera.id)}`;
  const box = useRef(null);
  const image = useRef(null);
  const [figures, setFigures] = useState(undefined);
  const [best, setBest] = useState(0);
  const [zones, setZones] = useState(true);
  const [ghost, setGhost] = useState(false);
  useEffect(() => {
    image.current.src = `${path}/live?boxes=0&width=1280&n=aim.${epoch}`;
    return () => image.current?.removeAttribute('src');
  }, [camera.id, epoch]);
  useEffect(() => {
    const canvas = document.createElement('canvas');
    const again = setInterval(() => {
      const measured = image.current && figuresOf(image.current, canvas);
      if (measured === undefined) return;
      setFigures(measured);
      setBest((before) => Math.max(before, measured.sharpness));
    }, MEASURE_MS);
    return () => clearInterval(again);
  }, [camera.id]);
  const { source } = camera;
  return html`
    <section class="aim" ref=${box} aria-labelledby="aim-title">
      <h2 id="aim-title">${t('aimAndFocus', { id: camera.id })}</h2>
      <div class="frame" style=${source ? { aspectRatio: `${source.width} / ${source.height}` } : {}}>
        <span class="no-picture">${t(camera.state === 'streaming' ? 'connecting' : 'noPicture')}</span>
        <img ref=${image} class="shown" alt=${t('pictureOf', { id: camera.id })} />
        ${ghost && html`<img class="ghost" src=${`${path}/reference.jpg?n=${camera.acceptedAtMs}`} alt=${t('acceptedView')} />`}
        ${zones && html`<${Zones} zones=${camera.zones} />`}
      </div>
      <div class="section-head">
        <${Switch} on=${zones} onChange=${setZones}>${t('zones')}<//>
        ${camera.acceptedAtMs !== undefined && html`<${Switch} on=${ghost} onChange=${setGhost}>${t('acceptedView')}<//>`}
        <button type="button" class="switch plain" onClick=${() => box.current.requestFullscreen?.()}>${t('fullScreen')}</button>
        <button type="button" class="switch plain" onClick=${() => setBest(0)}>${t('bestAnew')}</button>
      </div>
      ${figures && html`<${Figures} figures=${figures} best=${best} />`}
      <${Accept} camera=${camera} path=${path} />
      <p class="buttons"><a class="button" href="#cameras">${t('back')}</a></p>
    </section>
  `;
}

function Figures({ figures: { sharpness, histogram, dark, white }, best }) {
  const most = Math.max(...histogram);
  const exposure = t('exposure', { dark: percent(dark, 1), white: percent(white, 1) });
  return html`
    <p class="row-head"><b data-sharpness>${t('sharpness', { value: decimal(sharpness) })}</b> <span class="small">${t('bestSoFar', { value: decimal(best) })}</span></p>
    <div class="sharpness" role="meter" aria-label=${t('sharpnessBar')} aria-valuemin="0" aria-valuemax=${best.toFixed(1)} aria-valuenow=${sharpness.toFixed(1)}>
      <i style=${{ width: `${best === 0 ? 0 : Math.min(100, (100 * sharpness) / best)}%` }}></i>
    </div>
    <svg class="histogram" viewBox=${`0 0 ${histogram.length} 10`} preserveAspectRatio="none" role="img" aria-label=${exposure}>
      ${histogram.map((part, k) => html`<rect key=${k} x=${k} width="0.9" y=${10 - (10 * part) / most} height=${(10 * part) / most} />`)}
    </svg>
    <p class="small" data-exposure>${exposure}</p>
  `;
}

/** What the camera is like now becomes its reference. */
function Accept({ camera, path }) {
  const [said, setSaid] = useState(undefined);
  const [by, setBy] = useState('');
  const { who, may } = session();
  if (!may('technician')) return null;
  const accept = async (event) => {
    event.preventDefault();
    try {
      const accepted = await change(`${path}/accept`, { by: who ?? by });
      setSaid({ text: t('isAccepted', { id: camera.id, sharpness: decimal(accepted.sharpness) }) });
    } catch (error) {
      setSaid({ bad: true, text: error.message });
    }
  };
  return html`<form class="inline-form" onSubmit=${accept}>
    ${who === undefined && html`<label>${t('yourName')} <input required maxlength="100" autocomplete="name" value=${by} onInput=${(event) => setBy(event.target.value)} /></label>`}
    <button class="primary">${t('accept')}</button>
    ${said && html`<p class=${said.bad ? 'advice' : 'small'} role=${said.bad ? 'alert' : 'status'} data-accepted>${said.text}</p>`}
  </form>`;
}
