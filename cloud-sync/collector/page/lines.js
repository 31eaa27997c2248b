import { html } from '/vendor/preact.js';
import { reason } from '/common/codes.js';
import { AskAt, Shifts, useCoverage } from '/common/coverage.js';
import { ago, count, number, span } from '/common/format.js';
import { Guarded } from '/common/parts.js';
import { INSPECTION, LINK, STREAM } from './words.js';

/** One card per device. */
export function Lines({ devices, now }) {
  if (devices.length === 0) return null;
  return html`<section aria-labelledby="lines">
    <h2 id="lines">Lines</h2>
    <ul class="lines">${sorted(devices).map(
      (device) =>
        html`<li class="card line" key=${device.device}><${Guarded} what=${`Line ${device.line ?? device.device}`}><${Line} device=${device} now=${now} /><//></li>`,
    )}</ul>
  </section>`;
}

const WORST_FIRST = ['not_inspecting', 'unknown', 'starting', null, 'inspecting'];

/** Lines that are not inspected first, the others in their order. */
const sorted = (devices) =>
  [...devices].sort((a, b) => WORST_FIRST.indexOf(a.inspecting) - WORST_FIRST.indexOf(b.inspecting));

function Line({ device, now }) {
  const link = LINK[device.link];
  const state = INSPECTION[device.inspecting];
  const coverage = useCoverage({ device: device.device }, now);
  return html`<header>
      <div>
        <h3>${device.line ?? device.device}</h3>
        <p class="small">${device.line === null ? '' : `${device.device} · `}${device.version === null ? 'version unknown' : device.version}</p>
      </div>
      <p class="pills">
        ${state && html`<span class="pill ${state.tone}"><i aria-hidden="true"></i>${state.word}</span>`}
        <span class="pill ${link.tone}"><i aria-hidden="true"></i>${link.word}</span>
      </p>
    </header>
    <p class="small">
      Last seen <b>${ago(device.lastSeenAtMs, now)}</b>
      ${device.linkForMs !== null && device.link !== 'unknown' && html`, ${link.word.toLowerCase()} for ${span(device.linkForMs)}`}
    </p>
    ${device.identityConflict && html`<p class="note bad" role="alert">Two devices use this identity. Give one of them its own: <code>lineside-collector device add</code></p>`}
    ${!device.hasCredential && html`<p class="note warn">This device has no credential here, so it cannot store pictures.</p>`}
    <${Inspection} cameras=${device.inspection} coverage=${coverage} now=${now} />
    ${device.inspection.length > 0 && html`<${AskAt} query=${{ device: device.device }} timeZone=${coverage?.timeZone} />`}
    <${Streams} streams=${device.streams} journals=${device.journals} queue=${device.reported?.queue ?? {}} />
    <${Waiting} reported=${device.reported} now=${now} />`;
}

/** What is known now of each camera and model, and the shifts of its last eight hours. */
function Inspection({ cameras, coverage, now }) {
  if (cameras.length === 0) return html`<p class="small empty">No counters of its cameras yet.</p>`;
  return html`<ul class="cameras">
    ${[...new Set(cameras.map(({ camera }) => camera))].map((id) => {
      const own = coverage?.cameras.find(({ camera }) => camera === id);
      return html`<li key=${id} data-camera=${id}>
        ${cameras.filter(({ camera }) => camera === id).map((row) => html`<${Model} key=${row.model} row=${row} now=${now} />`)}
        ${own && html`<${Shifts} coverage=${own} />`}
      </li>`;
    })}
  </ul>`;
}

function Model({ row, now }) {
  const { word, tone } = INSPECTION[row.inspecting];
  return html`<p class="name"><b>${row.camera}</b> <span>${row.model}</span> <em class=${TEXT_TONE[tone]}>${word}</em></p>
    ${row.reason !== null && html`<p class=${TEXT_TONE[tone]}>${reason(row.reason)}</p>`}
    <p class="small">
      Since its start ${number(row.inspected)} of ${number(row.offered)} frames inspected${reasons(', skipped', row.skipped)}${reasons(', failed', row.failed, 'bad')}
      <span class="when"> · ${ago(row.receivedAtMs, now)}</span>
    </p>`;
}

const TEXT_TONE = { bad: 'bad', warn: 'warn-text', good: '', idle: 'quiet' };

function reasons(lead, counts, tone = '') {
  const entries = Object.entries(counts).filter(([, n]) => n > 0);
  if (entries.length === 0) return null;
  return html`<span class=${tone}>${lead} ${entries.map(([why, n]) => `${number(n)} (${reason(why)})`).join(', ')}</span>`;
}

/** How old the oldest queued record on the device is, and how long its queue will take. */
function Waiting({ reported, now }) {
  const waiting = Object.values(reported?.queue ?? {}).filter(({ queued }) => Number(queued) > 0);
  if (waiting.length === 0) return null;
  const oldest = Math.min(...waiting.map((stream) => Number(stream.oldest) || Number.POSITIVE_INFINITY));
  const age = Number.isFinite(oldest) && html`, the oldest from ${ago(oldest, now)}`;
  const end =
    Number(reported.emptyInS) > 0 && html`, delivered in about ${span(Number(reported.emptyInS) * 1000)} at this rate`;
  return html`<p class="small">${number(waiting.reduce((all, { queued }) => all + Number(queued), 0))} records are queued on the device${age}${end}</p>`;
}

/** `queue`: what the device reports as queued, by stream; empty while it does not report. */
function Streams({ streams, journals, queue }) {
  const reports = Object.keys(queue).length > 0;
  const current = streams.filter((stream) => stream.current);
  const earlier = journals - (current.length > 0 ? 1 : 0);
  const shown = current.length > 0 ? current : streams;
  if (shown.length === 0) return html`<p class="small empty">No records yet.</p>`;
  return html`<table class="streams">
      <thead><tr><th scope="col">Stream</th><th scope="col">Complete up to</th><th scope="col">Missing</th><th scope="col">Declared lost</th>${reports && html`<th scope="col">Queued there</th>`}</tr></thead>
      <tbody>
        ${shown.map(
          ({ epoch, stream, upto, highest, missing, declaredLost }) => html`<tr key=${epoch + stream}>
            <th scope="row">${STREAM[stream] ?? stream}</th>
            <td>${number(upto)}${highest > upto && html`<small> of ${number(highest)}</small>`}</td>
            <td class=${missing > 0 ? 'bad' : 'quiet'}>${number(missing)}</td>
            <td class=${declaredLost > 0 ? 'warn-text' : 'quiet'}>${number(declaredLost)}</td>
            ${reports && html`<td class="quiet">${number(Number(queue[stream]?.queued) || 0)}</td>`}
          </tr>`,
        )}
      </tbody>
    </table>
    ${current.length > 0 && earlier > 0 && html`<p class="small">and ${count(earlier, 'earlier journal')} of this device</p>`}`;
}
