import { html } from '/vendor/preact.js';
import { reason } from '/common/codes.js';
import { ago, bytes, count, number } from '/common/format.js';
import { GAP, STREAM } from './words.js';

/** Problems of the records themselves, past ones too; and what was refused. */
export function Records({ gaps, store, counted, now }) {
  const { items, chainBreaks, conflicts, signatures, losses } = gaps;
  const clean = items.length + chainBreaks.length + conflicts.length + signatures.length === 0;
  return html`<section class=${clean ? 'side' : 'side first'} aria-labelledby="records">
    <h2 id="records">Records</h2>
    <div class="card">
      ${clean && html`<p class="whole"><span class="sign" aria-hidden="true">✓</span> There was never a gap, and every hash chain matches.</p>`}
      ${conflicts.map((row) => html`<${Conflict} key=${`c${row.device}${row.epoch}${row.stream}${row.seq}`} row=${row} now=${now} />`)}
      ${chainBreaks.map((row) => html`<${Break} key=${`b${row.device}${row.epoch}${row.stream}${row.seq}${row.link}`} row=${row} now=${now} />`)}
      ${signatures.map((row) => html`<${Signature} key=${`s${row.device}${row.epoch}${row.stream}${row.seq}`} row=${row} now=${now} />`)}
      ${losses.map((row) => html`<${Loss} key=${`l${row.device}${row.epoch}${row.stream}${row.reason}`} row=${row} now=${now} />`)}
      ${items.map((gap) => html`<${Gap} key=${gap.id} gap=${gap} now=${now} />`)}
      <${Counted} counted=${counted} store=${store} />
    </div>
  </section>`;
}

function Gap({ gap, now }) {
  const { word, tone } = GAP[gap.state];
  const numbers =
    gap.first === gap.last ? `number ${number(gap.first)}` : `${number(gap.first)} to ${number(gap.last)}`;
  return html`<div class="finding">
    <p><b>${gap.device}</b> ${STREAM[gap.stream] ?? gap.stream}, ${numbers} <span class="pill ${tone}">${word}</span></p>
    <p class="small">
      ${gap.state === 'open' ? `${number(gap.missing)} missing since ${ago(gap.openedAtMs, now)}` : `seen ${ago(gap.openedAtMs, now)}`},
      requested ${count(gap.requests, 'time')}
    </p>
  </div>`;
}

const LINKS = {
  prev: 'does not follow from the record before it',
  head: 'does not have the hash that the device calculated',
  next: 'does not lead to the record after it',
};

function Break({ row, now }) {
  return html`<div class="finding">
    <p><b>${row.device}</b> ${STREAM[row.stream] ?? row.stream}, number ${number(row.seq)} <span class="pill bad">Chain broken</span></p>
    <p class="small">It ${LINKS[row.link]}. Seen ${ago(row.atMs, now)}; stored as it arrived.</p>
  </div>`;
}

const SIGNED = {
  forged: 'The signature of the device is not valid',
  other_history: 'The device signed another history than is stored here',
  other_key: 'The signature uses another key than this device used first',
};

function Signature({ row, now }) {
  return html`<div class="finding">
    <p><b>${row.device}</b> ${STREAM[row.stream] ?? row.stream}, up to number ${number(row.seq)} <span class="pill bad">Signature</span></p>
    <p class="small">${SIGNED[row.problem]}. Seen ${ago(row.atMs, now)}.</p>
  </div>`;
}

function Loss({ row, now }) {
  return html`<div class="finding">
    <p><b>${row.device}</b> ${STREAM[row.stream] ?? row.stream}, ${count(row.count, 'number')} <span class="pill warn">Declared lost</span></p>
    <p class="small">${number(row.first)} to ${number(row.last)} of journal ${row.epoch}. Declared by the device: ${reason(row.reason)}. Last reported ${ago(row.lastDeclaredAtMs, now)}.</p>
  </div>`;
}

function Conflict({ row, now }) {
  return html`<div class="finding">
    <p><b>${row.device}</b> ${STREAM[row.stream] ?? row.stream}, number ${number(row.seq)} <span class="pill bad">Conflict</span></p>
    <p class="small">
      Arrived again ${ago(row.atMs, now)} with ${row.contentDiffers ? 'other content' : 'another history'}; the first is kept.
    </p>
  </div>`;
}

/** Counters since the collector's start. */
function Counted({ counted, store }) {
  const refused = Object.entries(counted.malformed).filter(([, n]) => n > 0);
  const { recordsPerSecond, commitMs } = counted.lastMinute;
  const rows = [
    ['Last minute', `${recordsPerSecond.toFixed(recordsPerSecond < 10 ? 1 : 0)} records/s`],
    [
      counted.store === 'sqlite' ? 'Commit to SQLite' : 'Commit to PostgreSQL',
      commitMs === null
        ? 'none in the last minute'
        : `${commitMs.mean.toFixed(1)} ms, longest ${commitMs.max.toFixed(0)} ms`,
    ],
    ['Commits', number(counted.commits)],
    ['Received again', number(counted.duplicates)],
    ['Requested again', number(counted.resendRequests)],
    ['Refused', refused.length === 0 ? '0' : refused.map(([why, n]) => `${number(n)} ${reason(why)}`).join(', ')],
    ['Pictures', `${number(store.media)}, ${bytes(store.mediaBytes)}`],
  ];
  return html`<dl class="facts">
    ${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
