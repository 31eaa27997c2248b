import { html, useEffect, useState } from '/vendor/preact.js';
import { ago, count, number, span } from '/common/format.js';
import { getJson } from '/common/http.js';
import { Guarded } from '/common/parts.js';
import { LINE_UPDATE, ON_DEVICE, ROLLOUT } from './words.js';

/** Rollouts that are listed; the API has the others. */
const SHOWN = 10;

/** Releases on their way to lines. The page only shows: commands are given on the command line or over the API. */
export function Rollouts({ now, connected }) {
  const [items, setItems] = useState([]);
  useEffect(() => {
    let over = false;
    getJson(`/api/v1/rollouts?limit=${SHOWN}`)
      .then((list) => {
        if (!over) setItems(list.items);
      })
      .catch(() => {
        // The top of the page shows that it is disconnected; this list keeps its rollouts.
      });
    return () => {
      over = true;
    };
  }, [now, connected]);
  if (items.length === 0) return null;
  return html`<section aria-labelledby="rollouts">
    <h2 id="rollouts">Rollouts</h2>
    <ul class="rollouts">${items.map(
      (rollout, index) =>
        html`<li class="card line" key=${rollout.id}><${Guarded} what=${`Rollout ${rollout.id}`}><${Rollout} rollout=${rollout} now=${now} first=${index === 0} /><//></li>`,
    )}</ul>
  </section>`;
}

function Rollout({ rollout, now, first }) {
  const { id, state, reason, release, createdBy, createdAtMs, groups, waitsFor, soaksUntilMs } = rollout;
  const { word, tone } = ROLLOUT[state] ?? { word: state, tone: 'idle' };
  const [open, setOpen] = useState(first && state !== 'done');
  return html`<header>
      <div>
        <h3>${id}</h3>
        <p class="small">${release.target} · begun by ${createdBy} ${ago(createdAtMs, now)}</p>
      </div>
      <p class="pills"><span class="pill ${tone}"><i aria-hidden="true"></i>${word}</span></p>
    </header>
    ${reason !== null && html`<p class="note ${tone === 'bad' ? 'bad' : 'warn'}">${reason}</p>`}
    ${waitsFor !== null && html`<p class="note warn">A second person must approve ${waitsFor}: <code>lineside-collector rollout approve ${id} --by NAME</code></p>`}
    <ul class="groups">${groups.map((group) => html`<${Group} key=${group.name} group=${group} />`)}</ul>
    ${soaksUntilMs !== null && soaksUntilMs > now && html`<p class="small">The next group begins in ${span(soaksUntilMs - now)}, if nothing fails before.</p>`}
    <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>${count(
        groups.reduce((all, { lines }) => all + lines, 0),
        'line',
      )}</summary>
      ${open && html`<${Details} id=${id} now=${now} />`}
    </details>`;
}

function Group({ group: { name, lines, committed, failed, updating, offered, waiting, withdrawn, begun } }) {
  const parts = [
    [committed, 'has it', 'have it', ''],
    [failed, 'failed', 'failed', 'bad'],
    [updating, 'is updating', 'are updating', ''],
    [offered, 'not reached yet', 'not reached yet', 'quiet'],
    [withdrawn, 'withdrawn', 'withdrawn', 'warn-text'],
    [waiting, 'waits', 'wait', 'quiet'],
  ].filter(([n]) => n > 0);
  return html`<li>
    <b>${name}</b> <span class="small">${count(lines, 'line')}${begun ? '' : ', not begun'}</span>
    <progress max=${lines} value=${committed} aria-label=${`${name}: ${committed} of ${lines} lines`}></progress>
    <p class="small">${parts.map(([n, one, more, tone]) => html`<span class=${tone}>${number(n)} ${n === 1 ? one : more}</span> `)}</p>
  </li>`;
}

/** Each line, with what its device says; fetched while it is shown. */
function Details({ id, now }) {
  const [seen, setSeen] = useState(undefined);
  useEffect(() => {
    let over = false;
    getJson(`/api/v1/rollouts/${encodeURIComponent(id)}`)
      .then((rollout) => {
        if (!over) setSeen(rollout);
      })
      .catch(() => {
        // As above: the table keeps what it has.
      });
    return () => {
      over = true;
    };
  }, [id, now]);
  if (seen === undefined) return html`<p class="small" role="status">Reading …</p>`;
  return html`<table class="streams">
      <thead><tr><th scope="col">Line</th><th scope="col">Group</th><th scope="col">State</th><th scope="col">On the device</th><th scope="col">In shadow</th><th scope="col">Reason</th></tr></thead>
      <tbody>${seen.lines.map((line) => html`<${Line} key=${line.device} line=${line} now=${now} />`)}</tbody>
    </table>
    <h4>History</h4>
    <ul class="small history">${seen.history
      .slice(0, 30)
      .map(
        ({ atMs, who, action, device, detail }, index) =>
          html`<li key=${seen.history.length - index}>${ago(atMs, now)} <b>${who}</b> ${plainText(action)} ${device ?? ''} ${detail ?? ''}</li>`,
      )}</ul>`;
}

function Line({ line: { device, group, state, sinceMs, deviceState, progress, shadow, reason }, now }) {
  const { word, tone } = LINE_UPDATE[state] ?? { word: state, tone: 'idle' };
  const done = progress === null ? '' : ` ${Math.floor((100 * progress.bytes) / Math.max(1, progress.of))} %`;
  return html`<tr data-line=${device}>
    <th scope="row">${device}</th>
    <td>${group}</td>
    <td><span class="pill ${tone}">${word}</span> <small>${ago(sinceMs, now)}</small></td>
    <td>${deviceState === null ? '–' : `${ON_DEVICE[deviceState] ?? plainText(deviceState)}${done}`}</td>
    <td>${shadow ?? '–'}</td>
    <td>${reason ?? ''}</td>
  </tr>`;
}

const plainText = (code) => code.replaceAll('_', ' ');
