import { html } from '/vendor/preact.js';
import { reason } from '/common/codes.js';
import { ago, count, number, percent, span, sum } from '/common/format.js';
import { LINK } from './words.js';

const STREAM = { audit: 'Audit', events: 'Events', telemetry: 'Counters', media: 'Pictures' };

/** One card per device. */
export function Lines({ devices, now }) {
  if (devices.length === 0) return null;
  return html`<section aria-labelledby="lines">
    <h2 id="lines">Lines</h2>
    <ul class="lines">${devices.map((device) => html`<${Line} key=${device.device} device=${device} now=${now} />`)}</ul>
  </section>`;
}

function Line({ device, now }) {
  const link = LINK[device.link];
  return html`<li class="card line">
    <header>
      <div>
        <h3>${device.line ?? device.device}</h3>
        <p class="small">${device.line === null ? '' : `${device.device} · `}${device.version === null ? 'version unknown' : device.version}</p>
      </div>
      <span class="pill ${link.tone}"><i aria-hidden="true"></i>${link.word}</span>
    </header>
    <p class="small">
      Last seen <b>${ago(device.lastSeenAtMs, now)}</b>
      ${device.linkForMs !== null && device.link !== 'unknown' && html`, ${link.word.toLowerCase()} for ${span(device.linkForMs)}`}
    </p>
    ${device.identityConflict && html`<p class="note bad" role="alert">Two devices use this identity. Give one of them its own: <code>lineside-collector device add</code></p>`}
    ${!device.hasCredential && html`<p class="note warn">This device has no credential here, so it cannot store pictures.</p>`}
    <${Inspection} cameras=${device.inspection} now=${now} />
    <${Streams} streams=${device.streams} queue=${device.reported?.queue ?? {}} />
    <${Waiting} reported=${device.reported} now=${now} />
  </li>`;
}

/** Offered = inspected + skipped + failed, as one bar per camera and model. */
function Inspection({ cameras, now }) {
  if (cameras.length === 0) return html`<p class="small empty">No counters of its cameras yet.</p>`;
  return html`<ul class="cameras">
    ${cameras.map((row) => {
      const skipped = sum(row.skipped);
      const failed = sum(row.failed);
      return html`<li key=${`${row.camera}/${row.model}`}>
        <p class="name"><b>${row.camera}</b> <span>${row.model}</span> <em>${percent(row.inspected, row.offered)} inspected</em></p>
        <${Bar} offered=${row.offered} inspected=${row.inspected} skipped=${skipped} failed=${failed} />
        <p class="small">
          ${number(row.inspected)} of ${number(row.offered)} frames${reasons(', skipped', row.skipped)}${reasons(', failed', row.failed, 'bad')}
          <span class="when"> · ${reason(row.state)}, ${ago(row.receivedAtMs, now)}</span>
        </p>
      </li>`;
    })}
  </ul>`;
}

/** Drawn as SVG, because the page may set no style attributes. */
function Bar({ offered, inspected, skipped, failed }) {
  const total = Math.max(1, offered);
  const at = (n) => (100 * n) / total;
  const label = `${number(inspected)} inspected, ${number(skipped)} skipped, ${number(failed)} failed of ${number(offered)}`;
  return html`<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label=${label}>
    <rect class="none" width="100" height="6" />
    <rect class="inspected" width=${at(inspected)} height="6" />
    <rect class="skipped" x=${at(inspected)} width=${at(skipped)} height="6" />
    <rect class="failed" x=${at(inspected + skipped)} width=${at(failed)} height="6" />
  </svg>`;
}

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
function Streams({ streams, queue }) {
  const reports = Object.keys(queue).length > 0;
  const current = streams.filter((stream) => stream.current);
  const earlier = new Set(streams.filter((stream) => !stream.current).map(({ epoch }) => epoch)).size;
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
