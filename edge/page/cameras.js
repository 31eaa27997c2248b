import { html, useState } from '/vendor/preact.js';
import { Chip, Facts, Sheet, Switch } from '/common/parts.js';
import { Live, Stills, usePageVisible, Zones } from './picture.js';
import { plain, reason } from '/common/codes.js';
import { AskAt, Shifts, useCoverage } from '/common/coverage.js';
import { decimal, number, percent, span, sum, time } from '/common/format.js';
import { Aim } from './aim.js';
import { findingText, Trouble } from './findings.js';
import { t } from './language.js';
import { breakdown, CAMERA, VERDICT } from './words.js';
import { ZoneEditor } from './zone-editor.js';

/** A frame older than this is reported in the colour of trouble. */
const OLD_FRAME_MS = 3_000;

/** All cameras, or what is done at one of them: drawing its zones, aiming it. */
export function Cameras({ place: [id, task], ...all }) {
  const camera = all.cameras.find((one) => one.id === id);
  if (camera !== undefined && task === 'zones') return html`<${ZoneEditor} key=${id} camera=${camera} />`;
  if (camera !== undefined && task === 'aim') return html`<${Aim} key=${id} camera=${camera} epoch=${all.epoch} />`;
  return html`<${AllCameras} ...${all} />`;
}

function AllCameras({ cameras, nowMs, connected, silentMs, epoch }) {
  const [boxes, setBoxes] = useRemembered('boxes', true);
  const [zones, setZones] = useRemembered('zones', true);
  const [economy, setEconomy] = useRemembered('economy', false);
  const [enlarged, setEnlarged] = useState(undefined);
  const coverage = useCoverage({}, nowMs, connected);
  const visible = usePageVisible();
  const look = { boxes, zones, economy, epoch, paused: !visible || !connected };
  // While the device does not answer, nothing is known of any camera, and every frame grows older.
  const shown = connected ? cameras : cameras.map((camera) => outOfReach(camera, silentMs));
  const chosen = shown.find((camera) => camera.id === enlarged);
  return html`
    <section aria-label=${t('cameras')}>
      <div class="section-head">
        <${Switch} on=${boxes} onChange=${setBoxes}>${t('boxes')}<//>
        <${Switch} on=${zones} onChange=${setZones}>${t('zonesAndMasks')}<//>
        <${Switch} on=${economy} onChange=${setEconomy}>${t('saveData')}<//>
      </div>
      <ul class="cameras">
        ${shown.map(
          (camera) => html`
            <li key=${camera.id}>
              <${Camera} camera=${camera} look=${{ ...look, paused: look.paused || chosen !== undefined }} onEnlarge=${() => setEnlarged(camera.id)} coverage=${coverage?.cameras.find((one) => one.camera === camera.id)} timeZone=${coverage?.timeZone} />
            </li>
          `,
        )}
      </ul>
      <${AskAt} query=${{}} timeZone=${coverage?.timeZone} />
      ${chosen && html`<${Enlarged} camera=${chosen} look=${look} onClose=${() => setEnlarged(undefined)} />`}
    </section>
  `;
}

function Camera({ camera, look, onEnlarge, coverage, timeZone }) {
  const { word, tone } = CAMERA[camera.inspecting];
  return html`
    <article class="card camera ${tone}" data-camera=${camera.id} aria-label=${t('cameraNamed', { id: camera.id })}>
      <div class="picture">
        <${Frame} camera=${camera} look=${look} of=${Stills} />
        <button type="button" class="enlarge" aria-label=${t('enlarge', { id: camera.id })} onClick=${onEnlarge}></button>
      </div>
      <div class="camera-body">
        <header>
          <h2>${camera.id}</h2>
          <${Chip} tone=${tone}>${word}<//>
        </header>
        <p class="age ${isOld(camera) ? 'bad' : ''}">${ageOf(camera)}</p>
        ${camera.error && html`<${Trouble} error=${camera.error} about="camera" />`}
        ${problemsOf(camera).length > 0 && html`<p class="small warn" data-problems>${problemsOf(camera).map(problemText).join(', ')}</p>`}
        ${coverage && html`<${Shifts} coverage=${coverage} timeZone=${timeZone} />`}
        <p class="camera-links">
          <a href=${`#cameras/${encodeURIComponent(camera.id)}/zones`}>${t('editZones')}</a>
          <a href=${`#cameras/${encodeURIComponent(camera.id)}/aim`}>${t('aim')}</a>
        </p>
        ${camera.models.map((model) => html`<${Counters} key=${model.model} model=${model} />`)}
      </div>
    </article>
  `;
}

/** The picture, or what to say in its place, in the camera's own proportions. */
function Frame({ camera, look, of: Source }) {
  const { source } = camera;
  const gone = camera.inspecting === 'blind' || camera.state !== 'streaming';
  return html`
    <span
      class="frame ${gone ? 'gone' : ''}"
      style=${source ? { aspectRatio: `${source.width} / ${source.height}` } : {}}
    >
      <span class="no-picture">${t(camera.state === 'connecting' ? 'connecting' : 'noPicture')}</span>
      <${Source} camera=${camera.id} boxes=${look.boxes} economy=${look.economy} paused=${look.paused || camera.state !== 'streaming'} epoch=${look.epoch} alt=${t('pictureOf', { id: camera.id })} />
      ${look.zones && html`<${Zones} zones=${camera.zones} />`}
    </span>
  `;
}

function Counters({ model }) {
  const { counters, latencyMs, newest } = model;
  const skipped = sum(counters.skipped);
  const failed = sum(counters.failed);
  return html`
    <div class="counters" data-model=${model.model}>
      <p class="model-line">
        <b>${model.model}</b>
        <span>${t('framesSinceStart', { percent: percent(counters.inspected, counters.offered) })}</span>
      </p>
      <div class="bar" aria-hidden="true">
        <i class="good" style=${{ flexGrow: counters.inspected }}></i>
        <i class="idle" style=${{ flexGrow: skipped }}></i>
        <i class="bad" style=${{ flexGrow: failed }}></i>
      </div>
      <dl class="counts">
        <div><dt>${t('offered')}</dt><dd>${number(counters.offered)}</dd></div>
        <div><dt>${t('inspectedFrames')}</dt><dd>${number(counters.inspected)}</dd></div>
        <div><dt>${t('skipped')}</dt><dd>${number(skipped)}</dd></div>
        <div class=${failed > 0 ? 'bad' : ''}><dt>${t('failedFrames')}</dt><dd>${number(failed)}</dd></div>
      </dl>
      ${skipped > 0 && html`<p class="small">${t('skipped')}: ${breakdown(counters.skipped)}</p>`}
      ${failed > 0 && html`<p class="small bad">${t('failedFrames')}: ${breakdown(counters.failed)}</p>`}
      ${model.outrun && html`<p class="small warn">${t('outrun', { fps: Math.round(model.outrun.fps * 10) / 10, needed: Math.ceil(model.outrun.neededFps * 10) / 10 })}</p>`}
      ${(model.packChecks ?? []).map((checks) => html`<${Packs} key=${checks.rule} checks=${checks} />`)}
      ${newest?.status === 'degraded' && html`<p class="small warn">${t('doubtful', { reason: reason(newest.reason) })}</p>`}
      ${newest?.status === 'no_result' && html`<p class="small bad">${t('noResult', { reason: reason(newest.reason) })}</p>`}
      ${latencyMs && html`<p class="small">${t('latency', { p50: latencyMs.p50.toFixed(0), p99: latencyMs.p99.toFixed(0) })}</p>`}
    </div>
  `;
}

/** What a rule has read on the packs: verdicts, then each field with its read rate of this hour and its contrast. */
function Packs({ checks }) {
  const { rule, packs, changeover, fields, hours, packMs, latest, notRead } = checks;
  const hour = hours.at(-1);
  const bad = latest.toReversed().find(({ verdict }) => verdict !== 'good');
  const field = bad?.fields.find(({ verdict }) => verdict === bad.verdict);
  return html`
    <section class="packs" data-rule=${rule} aria-label=${t('packsOf', { rule })}>
      <p class="model-line"><b>${rule}</b> <span>${t('packsSinceStart')}</span></p>
      <dl class="counts">
        ${['good', 'wrong', 'unreadable', 'missing'].map(
          (verdict) => html`
            <div class=${verdict !== 'good' && packs[verdict] > 0 ? 'bad' : ''}>
              <dt>${t(VERDICT[verdict])}</dt>
              <dd>${number(packs[verdict])}</dd>
            </div>
          `,
        )}
      </dl>
      ${sum(changeover) > 0 && html`<p class="small">${t('firstPacks', { verdicts: verdicts(changeover) })}</p>`}
      ${fields.map(
        ({ id, contrast, contrastBefore, quietZone, grade }) => html`
          <p class="small" key=${id}>
            ${[
              id,
              hour && t('readThisHour', { percent: percent(hour.read[id] ?? 0, hour.packs) }),
              contrast !== undefined && t('contrast', { value: decimal(contrast, 2) }),
              contrastBefore !== undefined && t('contrastBefore', { value: decimal(contrastBefore, 2) }),
              quietZone !== undefined && t('quietZone', { value: decimal(quietZone) }),
              grade !== undefined && t('grade', { grade }),
            ]
              .filter(Boolean)
              .join(', ')}
          </p>
        `,
      )}
      ${field && html`<p class="small bad">${t('lastBadPack', { field: field.id, verdict: t(VERDICT[bad.verdict]).toLowerCase(), expected: field.expected })}${field.read ? t('butRead', { read: field.read }) : ''}</p>`}
      ${sum(notRead) > 0 && html`<p class="small warn">${t('notReadInTime', { count: sum(notRead) })}</p>`}
      ${packMs && html`<p class="small">${t('readingTakes', { mean: packMs.mean.toFixed(0), max: packMs.max.toFixed(0) })}</p>`}
    </section>
  `;
}

const verdicts = (counts) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${t(VERDICT[verdict]).toLowerCase()} ${number(count)}`)
    .join(', ');

function Enlarged({ camera, look, onClose }) {
  const { word, tone } = CAMERA[camera.inspecting];
  const { source } = camera;
  return html`
    <${Sheet} label=${t('cameraNamed', { id: camera.id })} onClose=${onClose}>
      <h2>${camera.id} <${Chip} tone=${tone}>${word}<//></h2>
      <div class="picture"><${Frame} camera=${camera} look=${look} of=${Live} /></div>
      <p class="age ${isOld(camera) ? 'bad' : ''}">${ageOf(camera)}</p>
      <${Facts}
        rows=${[
          [t('seenNow'), seenNow(camera)],
          [t('address'), camera.url],
          [t('source'), source && sourceText(source)],
          [
            t('decoder'),
            camera.decoder && html`<span lang="en">${camera.decoder.name}: ${camera.decoder.reason}</span>`,
          ],
          [t('cameraLag'), camera.behindMs !== undefined && camera.behindMs > 500 && span(camera.behindMs)],
          [t('connection'), camera.stream && t('ofFour', { quality: camera.stream.quality })],
          [t('arrives'), camera.stream?.fps !== undefined && arrives(camera.stream)],
          [t('likeAccepted'), camera.picture?.similarity !== undefined && percent(camera.picture.similarity, 1)],
          [t('accepted'), camera.acceptedAtMs === undefined ? t('notYet') : time(camera.acceptedAtMs)],
          [t('streamRestarts'), number(camera.restarts)],
          [t('zones'), camera.zones.map((zone) => zone.id).join(', ')],
        ]}
      />
    <//>
  `;
}

function sourceText({ width, height, fps, codec }) {
  const rate = fps ? [t('framesPerSecond', { fps })] : [];
  return [`${width} × ${height}`, ...rate, ...(codec ? [codec] : [])].join(', ');
}

function arrives({ fps, bitsPerS, keyframeIntervalMs }) {
  return [
    t('framesPerSecond', { fps: Math.round(fps) }),
    t('mbits', { rate: decimal(bitsPerS / 1e6) }),
    ...(keyframeIntervalMs === undefined ? [] : [t('keyFramesApart', { span: span(keyframeIntervalMs) })]),
  ].join(', ');
}

function seenNow(camera) {
  const counts = new Map();
  for (const { newest } of camera.models) {
    for (const { label } of newest?.detections ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts.size === 0
    ? t('nothing')
    : [...counts].map(([label, count]) => `${count} × ${plain(label)}`).join(', ');
}

/** What is wrong with a picture or a stream, in words. */
export const problemText = (code) => {
  const known = ['picture', 'camera'].map((what) => `${what}_${code}`);
  const found = known.map((one) => findingText({ code: one, message: '' }).message).find((text) => text !== '');
  return found ?? plain(code);
};
export const problemsOf = ({ picture, stream }) => [...(picture?.problems ?? []), ...(stream?.problems ?? [])];
const outOfReach = (camera, silentMs) => ({
  ...camera,
  inspecting: 'unknown',
  ...(camera.lastFrameAgeMs === undefined ? {} : { lastFrameAgeMs: camera.lastFrameAgeMs + silentMs }),
});
const isOld = (camera) => camera.lastFrameAgeMs === undefined || camera.lastFrameAgeMs > OLD_FRAME_MS;
const ageOf = (camera) =>
  camera.lastFrameAgeMs === undefined ? t('noFrameYet') : t('lastFrame', { span: span(camera.lastFrameAgeMs) });

/** A choice that this browser keeps. */
export function useRemembered(name, initial) {
  const [value, setValue] = useState(() => (localStorage.getItem(name) ?? String(initial)) === 'true');
  return [
    value,
    (next) => {
      localStorage.setItem(name, String(next));
      setValue(next);
    },
  ];
}
