import { html, useEffect, useState } from '/vendor/preact.js';
import { ago, span, sum } from '/common/format.js';
import { getJson } from '/common/http.js';
import { Guarded } from '/common/parts.js';
import { t } from './language.js';
import { groupWord, LINE_UPDATE, onDeviceWord, ROLLOUT } from './words.js';

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
    <h2 id="rollouts">${t('rollouts')}</h2>
    <ul class="rollouts">${items.map(
      (rollout, index) =>
        html`<li class="card line" key=${rollout.id}><${Guarded} what=${t('rolloutNamed', { id: rollout.id })}><${Rollout} rollout=${rollout} now=${now} first=${index === 0} /><//></li>`,
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
        <p class="small">${t('begunBy', { target: release.target, who: createdBy, ago: ago(createdAtMs, now) })}</p>
      </div>
      <p class="pills"><span class="pill ${tone}"><i aria-hidden="true"></i>${word}</span></p>
    </header>
    ${reason !== null && html`<p class="note ${tone === 'bad' ? 'bad' : 'warn'}" lang=${isOfCollector(state, reason) ? 'en' : undefined}>${reason}</p>`}
    ${waitsFor !== null && html`<p class="note warn">${t('mustApprove', { group: waitsFor })} <code>lineside-collector rollout approve ${id} --token-file FILE</code></p>`}
    <ul class="groups">${groups.map((group) => html`<${Group} key=${group.name} group=${group} />`)}</ul>
    ${soaksUntilMs !== null && soaksUntilMs > now && html`<p class="small">${t('nextGroupIn', { span: span(soaksUntilMs - now) })}</p>`}
    <details open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>${t('lineCount', { n: sum(groups.map(({ lines }) => lines)) })}</summary>
      ${open && html`<${Details} id=${id} now=${now} />`}
    </details>`;
}

/** Whether the collector says it, in English; else a person gave it as the reason for stopping. */
const isOfCollector = (state, reason) => state === 'failed' || reason.startsWith('stopped by ');

function Group({ group: { name, lines, committed, failed, updating, offered, waiting, withdrawn, begun } }) {
  const parts = [
    [committed, 'groupCommitted', ''],
    [failed, 'groupFailed', 'bad'],
    [updating, 'groupUpdating', ''],
    [offered, 'groupOffered', 'quiet'],
    [withdrawn, 'groupWithdrawn', 'warn-text'],
    [waiting, 'groupWaiting', 'quiet'],
  ].filter(([n]) => n > 0);
  return html`<li>
    <b>${name}</b> <span class="small">${t('lineCount', { n: lines })}${begun ? '' : `, ${t('notBegun')}`}</span>
    <progress max=${lines} value=${committed} aria-label=${t('groupProgress', { name, committed, lines })}></progress>
    <p class="small">${parts.map(([n, key, tone]) => html`<span key=${key} class=${tone}>${t(key, { n })}</span> `)}</p>
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
  if (seen === undefined) return html`<p class="small" role="status">${t('reading')}</p>`;
  return html`<table class="streams">
      <thead><tr>${['line', 'group', 'state', 'onDevice', 'inShadow', 'reason'].map((key) => html`<th key=${key} scope="col">${t(key)}</th>`)}</tr></thead>
      <tbody>${seen.lines.map((line) => html`<${Line} key=${line.device} line=${line} now=${now} />`)}</tbody>
    </table>
    <h4>${t('history')}</h4>
    <ul class="small history">${seen.history
      .slice(0, 30)
      .map(
        (note, index) => html`<li key=${seen.history.length - index}><${Note} note=${note} now=${now} /></li>`,
      )}</ul>`;
}

/** Who the history names where no person did it. */
const COLLECTOR = 'collector';
/** Actions with a sentence of the collector beside them, which is English; others have a name, or the words of a person. */
const WITH_SENTENCE = ['group_succeeded', 'done', 'failed', 'document_renewed'];

function Note({ note: { atMs, who, action, device, detail }, now }) {
  const by = who === COLLECTOR ? t('collector') : who;
  // What a device is at is a code.
  const more = action === 'updating' && detail !== null ? onDeviceWord(detail) : (detail ?? '');
  return html`${ago(atMs, now)} <b>${by}</b> ${groupWord('act', action)} ${device ?? ''} <span lang=${WITH_SENTENCE.includes(action) ? 'en' : undefined}>${more}</span>`;
}

function Line({ line: { device, group, state, sinceMs, deviceState, progress, shadow, reason }, now }) {
  const { word, tone } = LINE_UPDATE[state] ?? { word: state, tone: 'idle' };
  const done = progress === null ? '' : ` ${Math.floor((100 * progress.bytes) / Math.max(1, progress.of))} %`;
  return html`<tr data-line=${device}>
    <th scope="row">${device}</th>
    <td>${group}</td>
    <td><span class="pill ${tone}">${word}</span> <small>${ago(sinceMs, now)}</small></td>
    <td>${deviceState === null ? '–' : `${onDeviceWord(deviceState)}${done}`}</td>
    <td lang="en">${shadow ?? '–'}</td>
    <td lang="en">${reason ?? ''}</td>
  </tr>`;
}
