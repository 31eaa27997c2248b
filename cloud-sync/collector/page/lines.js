import { html } from '/vendor/preact.js';
import { reason } from '/common/codes.js';
import { AskAt, Shifts, useCoverage } from '/common/coverage.js';
import { ago, number, span } from '/common/format.js';
import { Guarded } from '/common/parts.js';
import { t } from './language.js';
import { INSPECTION, LINK, streamWord } from './words.js';

/** One card per device. */
export function Lines({ devices, now }) {
  if (devices.length === 0) return null;
  return html`<section aria-labelledby="lines">
    <h2 id="lines">${t('lines')}</h2>
    <ul class="lines">${sorted(devices).map(
      (device) =>
        html`<li class="card line" key=${device.device}><${Guarded} what=${t('lineNamed', { id: device.line ?? device.device })}><${Line} device=${device} now=${now} /><//></li>`,
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
        <p class="small">${device.line === null ? '' : `${device.device} · `}${device.version === null ? t('versionUnknown') : device.version}</p>
      </div>
      <p class="pills">
        ${state && html`<span class="pill ${state.tone}"><i aria-hidden="true"></i>${state.word}</span>`}
        <span class="pill ${link.tone}"><i aria-hidden="true"></i>${link.word}</span>
      </p>
    </header>
    <p class="small">
      ${t('lastSeen')} <b>${ago(device.lastSeenAtMs, now)}</b>
      ${device.linkForMs !== null && device.link !== 'unknown' && `, ${t(device.link === 'online' ? 'onlineFor' : 'offlineFor', { span: span(device.linkForMs) })}`}
    </p>
    ${device.identityConflict && html`<p class="note bad" role="alert">${t('twoDevices')} <code>lineside-collector device add</code></p>`}
    ${!device.hasCredential && html`<p class="note warn">${t('noCredential')}</p>`}
    <${Inspection} cameras=${device.inspection} coverage=${coverage} now=${now} />
    ${device.inspection.length > 0 && html`<${AskAt} query=${{ device: device.device }} timeZone=${coverage?.timeZone} />`}
    <${Streams} streams=${device.streams} journals=${device.journals} queue=${device.reported?.queue ?? {}} />
    <${Waiting} reported=${device.reported} now=${now} />`;
}

/** What is known now of each camera and model, and the shifts of its last eight hours. */
function Inspection({ cameras, coverage, now }) {
  if (cameras.length === 0) return html`<p class="small empty">${t('noCounters')}</p>`;
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
      ${t('framesInspected', { inspected: row.inspected, offered: row.offered })}${reasons('framesSkipped', row.skipped)}${reasons('framesFailed', row.failed, 'bad')}
      <span class="when"> · ${ago(row.receivedAtMs, now)}</span>
    </p>`;
}

const TEXT_TONE = { bad: 'bad', warn: 'warn-text', good: '', idle: 'quiet' };

function reasons(text, counts, tone = '') {
  const entries = Object.entries(counts).filter(([, n]) => n > 0);
  if (entries.length === 0) return null;
  const list = entries.map(([why, n]) => `${number(n)} (${reason(why)})`).join(', ');
  return html`, <span class=${tone}>${t(text, { list })}</span>`;
}

/** How old the oldest queued record on the device is, and how long its queue will take. */
function Waiting({ reported, now }) {
  const waiting = Object.values(reported?.queue ?? {}).filter(({ queued }) => Number(queued) > 0);
  if (waiting.length === 0) return null;
  const oldest = Math.min(...waiting.map((stream) => Number(stream.oldest) || Number.POSITIVE_INFINITY));
  const texts = [
    t('queuedOnDevice', { n: waiting.reduce((all, { queued }) => all + Number(queued), 0) }),
    Number.isFinite(oldest) && t('oldestFrom', { ago: ago(oldest, now) }),
    Number(reported.emptyInS) > 0 && t('deliveredIn', { span: span(Number(reported.emptyInS) * 1000) }),
  ];
  return html`<p class="small">${texts.filter(Boolean).join(', ')}</p>`;
}

/** `queue`: what the device reports as queued, by stream; empty while it does not report. */
function Streams({ streams, journals, queue }) {
  const reports = Object.keys(queue).length > 0;
  const current = streams.filter((stream) => stream.current);
  const earlier = journals - (current.length > 0 ? 1 : 0);
  const shown = current.length > 0 ? current : streams;
  if (shown.length === 0) return html`<p class="small empty">${t('noRecords')}</p>`;
  return html`<table class="streams">
      <thead><tr>${['stream', 'completeUpTo', 'missingColumn', 'lostColumn'].map((key) => html`<th key=${key} scope="col">${t(key)}</th>`)}${reports && html`<th scope="col">${t('queuedThere')}</th>`}</tr></thead>
      <tbody>
        ${shown.map(
          ({ epoch, stream, upto, highest, missing, declaredLost }) => html`<tr key=${epoch + stream}>
            <th scope="row">${streamWord(stream)}</th>
            <td>${number(upto)}${highest > upto && html`<small> ${t('ofHighest', { highest })}</small>`}</td>
            <td class=${missing > 0 ? 'bad' : 'quiet'}>${number(missing)}</td>
            <td class=${declaredLost > 0 ? 'warn-text' : 'quiet'}>${number(declaredLost)}</td>
            ${reports && html`<td class="quiet">${number(Number(queue[stream]?.queued) || 0)}</td>`}
          </tr>`,
        )}
      </tbody>
    </table>
    ${current.length > 0 && earlier > 0 && html`<p class="small">${t('earlierJournals', { n: earlier })}</p>`}`;
}
