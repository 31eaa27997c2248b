import { html, useState } from '/vendor/preact.js';
import { Chip, Facts, Sheet, Switch } from '/common/parts.js';
import { Live, Stills, usePageVisible, Zones } from './picture.js';
import { plain, reason } from '/common/codes.js';
import { AskAt, Shifts } from '/common/coverage.js';
import { number, percent, span, sum } from '/common/format.js';
import { breakdown, CAMERA, VERDICT } from './words.js';

/** A frame older than this is reported in the colour of trouble. */
const OLD_FRAME_MS = 3_000;

export function Cameras({ cameras, connected, silentMs, epoch, coverage }) {
  const [boxes, setBoxes] = useRemembered('boxes', true);
  const [zones, setZones] = useRemembered('zones', true);
  const [economy, setEconomy] = useRemembered('economy', false);
  const [enlarged, setEnlarged] = useState(undefined);
  const visible = usePageVisible();
  const look = { boxes, zones, economy, epoch, paused: !visible || !connected };
  // While the device does not answer, nothing is known of any camera, and every frame grows older.
  const shown = connected ? cameras : cameras.map((camera) => outOfReach(camera, silentMs));
  const chosen = shown.find((camera) => camera.id === enlarged);
  return html`
    <section aria-labelledby="cameras-title">
      <header class="section-head">
        <h2 id="cameras-title">Cameras</h2>
        <${Switch} on=${boxes} onChange=${setBoxes}>Boxes<//>
        <${Switch} on=${zones} onChange=${setZones}>Zones<//>
        <${Switch} on=${economy} onChange=${setEconomy}>Save data<//>
      </header>
      <ul class="cameras">
        ${shown.map(
          (camera) => html`
            <li key=${camera.id}>
              <${Camera} camera=${camera} look=${{ ...look, paused: look.paused || chosen !== undefined }} onEnlarge=${() => setEnlarged(camera.id)} coverage=${coverage?.cameras.find((one) => one.camera === camera.id)} />
            </li>
          `,
        )}
      </ul>
      <${AskAt} query=${{}} timeZone=${coverage?.timeZone} />
      ${chosen && html`<${Enlarged} camera=${chosen} look=${look} onClose=${() => setEnlarged(undefined)} />`}
    </section>
  `;
}

function Camera({ camera, look, onEnlarge, coverage }) {
  const { word, tone } = CAMERA[camera.inspecting];
  return html`
    <article class="card camera ${tone}" data-camera=${camera.id} aria-label=${`Camera ${camera.id}`}>
      <button type="button" class="picture" aria-label=${`Enlarge the picture of ${camera.id}`} onClick=${onEnlarge}>
        <${Frame} camera=${camera} look=${look} of=${Stills} />
      </button>
      <div class="camera-body">
        <header>
          <h3>${camera.id}</h3>
          <${Chip} tone=${tone}>${word}<//>
        </header>
        <p class="age ${isOld(camera) ? 'bad' : ''}">${ageOf(camera)}</p>
        ${camera.error && html`<p class="advice"><b>${camera.error.message}</b> <span>Try: ${camera.error.advice}</span></p>`}
        ${problemsOf(camera).length > 0 && html`<p class="small warn" data-problems>${problemsOf(camera).map(plain).join(', ')}</p>`}
        ${coverage && html`<${Shifts} coverage=${coverage} />`}
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
      <span class="no-picture">${camera.state === 'connecting' ? 'Connecting …' : 'No picture'}</span>
      <${Source} camera=${camera.id} boxes=${look.boxes} economy=${look.economy} paused=${look.paused || camera.state !== 'streaming'} epoch=${look.epoch} alt=${`Picture of camera ${camera.id}`} />
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
        <span>${percent(counters.inspected, counters.offered)} of frames since the start</span>
      </p>
      <div class="bar" aria-hidden="true">
        <i class="good" style=${{ flexGrow: counters.inspected }}></i>
        <i class="idle" style=${{ flexGrow: skipped }}></i>
        <i class="bad" style=${{ flexGrow: failed }}></i>
      </div>
      <dl class="counts">
        <div><dt>Offered</dt><dd>${number(counters.offered)}</dd></div>
        <div><dt>Inspected</dt><dd>${number(counters.inspected)}</dd></div>
        <div><dt>Skipped</dt><dd>${number(skipped)}</dd></div>
        <div class=${failed > 0 ? 'bad' : ''}><dt>Failed</dt><dd>${number(failed)}</dd></div>
      </dl>
      ${skipped > 0 && html`<p class="small">Skipped: ${breakdown(counters.skipped)}</p>`}
      ${failed > 0 && html`<p class="small bad">Failed: ${breakdown(counters.failed)}</p>`}
      ${model.outrun && html`<p class="small warn">The line outruns the frame rate: ${number(Math.round(model.outrun.fps * 10) / 10)} frames a second, ${number(Math.ceil(model.outrun.neededFps * 10) / 10)} needed</p>`}
      ${(model.packChecks ?? []).map((checks) => html`<${Packs} key=${checks.rule} checks=${checks} />`)}
      ${newest?.status === 'degraded' && html`<p class="small warn">Doubtful results: ${reason(newest.reason)}</p>`}
      ${newest?.status === 'no_result' && html`<p class="small bad">No result: ${reason(newest.reason)}</p>`}
      ${latencyMs && html`<p class="small">Result after ${latencyMs.p50.toFixed(0)} ms, 99 of 100 within ${latencyMs.p99.toFixed(0)} ms</p>`}
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
    <section class="packs" data-rule=${rule} aria-label=${`Packs of rule ${rule}`}>
      <p class="model-line"><b>${rule}</b> <span>packs checked since the start</span></p>
      <dl class="counts">
        ${['good', 'wrong', 'unreadable', 'missing'].map(
          (verdict) => html`
            <div class=${verdict !== 'good' && packs[verdict] > 0 ? 'bad' : ''}>
              <dt>${VERDICT[verdict]}</dt>
              <dd>${number(packs[verdict])}</dd>
            </div>
          `,
        )}
      </dl>
      ${sum(changeover) > 0 && html`<p class="small">First packs of the recipe: ${verdicts(changeover)}</p>`}
      ${fields.map(
        ({ id, contrast, contrastBefore, quietZone, grade }) => html`
          <p class="small" key=${id}>
            ${[
              id,
              hour && `read ${percent(hour.read[id] ?? 0, hour.packs)} this hour`,
              contrast !== undefined && `contrast ${contrast.toFixed(2)}`,
              contrastBefore !== undefined && `at first ${contrastBefore.toFixed(2)}`,
              quietZone !== undefined && `quiet zone ${quietZone.toFixed(1)}`,
              grade !== undefined && `grade ${grade}`,
            ]
              .filter(Boolean)
              .join(', ')}
          </p>
        `,
      )}
      ${field && html`<p class="small bad">Last bad pack: ${field.id} ${VERDICT[bad.verdict].toLowerCase()}, ${field.expected} expected${field.read ? `, ${field.read} read` : ''}</p>`}
      ${sum(notRead) > 0 && html`<p class="small warn">Not read in time: ${number(sum(notRead))}</p>`}
      ${packMs && html`<p class="small">Reading takes ${packMs.mean.toFixed(0)} ms per pack, at most ${packMs.max.toFixed(0)} ms</p>`}
    </section>
  `;
}

const verdicts = (counts) =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${VERDICT[verdict].toLowerCase()} ${number(count)}`)
    .join(', ');

function Enlarged({ camera, look, onClose }) {
  const { word, tone } = CAMERA[camera.inspecting];
  const { source } = camera;
  return html`
    <${Sheet} label=${`Camera ${camera.id}`} onClose=${onClose}>
      <h2>${camera.id} <${Chip} tone=${tone}>${word}<//></h2>
      <div class="picture"><${Frame} camera=${camera} look=${look} of=${Live} /></div>
      <p class="age ${isOld(camera) ? 'bad' : ''}">${ageOf(camera)}</p>
      <${Facts}
        rows=${[
          ['Seen now', seenNow(camera)],
          ['Address', camera.url],
          [
            'Source',
            source &&
              `${source.width} × ${source.height}${source.fps ? `, ${source.fps} per second` : ''}${source.codec ? `, ${source.codec}` : ''}`,
          ],
          ['Decoder', camera.decoder && `${camera.decoder.name}: ${camera.decoder.reason}`],
          ['Camera lag', camera.behindMs !== undefined && camera.behindMs > 500 && span(camera.behindMs)],
          ['Connection', camera.stream && `${camera.stream.quality} of 4`],
          ['Arrives', camera.stream?.fps !== undefined && arrives(camera.stream)],
          ['Like the accepted view', camera.picture?.similarity !== undefined && percent(camera.picture.similarity, 1)],
          ['Accepted', camera.acceptedAtMs !== undefined ? new Date(camera.acceptedAtMs).toLocaleString() : 'not yet'],
          ['Stream restarts', number(camera.restarts)],
          ['Zones', camera.zones.map((zone) => zone.id).join(', ')],
        ]}
      />
    <//>
  `;
}

function arrives({ fps, bitsPerS, keyframeIntervalMs }) {
  const keys = keyframeIntervalMs === undefined ? '' : `, key frames ${span(keyframeIntervalMs)} apart`;
  return `${number(Math.round(fps))} frames a second, ${(bitsPerS / 1e6).toFixed(1)} Mbit/s${keys}`;
}

function seenNow(camera) {
  const counts = new Map();
  for (const { newest } of camera.models) {
    for (const { label } of newest?.detections ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts.size === 0 ? 'nothing' : [...counts].map(([label, count]) => `${count} × ${plain(label)}`).join(', ');
}

const problemsOf = ({ picture, stream }) => [...(picture?.problems ?? []), ...(stream?.problems ?? [])];
const outOfReach = (camera, silentMs) => ({
  ...camera,
  inspecting: 'unknown',
  ...(camera.lastFrameAgeMs === undefined ? {} : { lastFrameAgeMs: camera.lastFrameAgeMs + silentMs }),
});
const isOld = (camera) => camera.lastFrameAgeMs === undefined || camera.lastFrameAgeMs > OLD_FRAME_MS;
const ageOf = (camera) =>
  camera.lastFrameAgeMs === undefined ? 'No frame yet' : `Last frame ${span(camera.lastFrameAgeMs)} ago`;

/** A choice that this browser keeps. */
function useRemembered(name, initial) {
  const [value, setValue] = useState(() => (localStorage.getItem(name) ?? String(initial)) === 'true');
  return [
    value,
    (next) => {
      localStorage.setItem(name, String(next));
      setValue(next);
    },
  ];
}
