import { html, useEffect, useRef, useState } from '/vendor/preact.js';
import {
  detailRows,
  kindsOf,
  kindWord,
  reason,
  ruleText,
  sentence,
  severityTone,
  severityWord,
  title as words,
} from '/common/codes.js';
import { span, time } from '/common/format.js';
import { getJson } from '/common/http.js';
import { Guarded } from '/common/parts.js';

const PAGE = 30;

/** Events of all lines, newest first; older ones on request. */
export function Events({ devices, now, connected }) {
  const [filter, setFilter] = useState({ device: '', kind: '' });
  const [list, setList] = useState({ key: '', items: [], next: null });
  const [shown, setShown] = useState(undefined);
  const key = query(filter);
  useEffect(() => {
    let over = false;
    getJson(`/api/v1/events?limit=${PAGE}${key}`)
      .then((page) => {
        if (!over) setList((old) => renewed(old, key, page));
      })
      .catch(() => {
        // The top of the page shows that it is disconnected; this list keeps its events.
      });
    return () => {
      over = true;
    };
  }, [key, now, connected]);
  const more = async () => {
    const page = await getJson(`/api/v1/events?limit=${PAGE}${key}&cursor=${list.next}`);
    setList((old) => (old.key === key ? { ...old, items: joined(old.items, page.items), next: page.next } : old));
  };
  const lines = new Map(devices.map(({ device, line }) => [device, line ?? device]));
  return html`<section aria-labelledby="events">
    <div class="bar-head">
      <h2 id="events">Events</h2>
      <${Filter} filter=${filter} set=${setFilter} lines=${lines} kinds=${kindsOf(list.items)} />
    </div>
    ${list.items.length === 0 && html`<p class="empty">${key === '' ? 'No events yet.' : 'No such events.'}</p>`}
    <ul class="events">
      ${list.items.map(
        (event) => html`<${Guarded} key=${event.device + event.event} what=${`Event ${event.event}`}>
          <${Event} event=${event} line=${lines.get(event.device) ?? event.device} now=${now} show=${setShown} />
        <//>`,
      )}
    </ul>
    ${list.next !== null && html`<p class="more"><button onClick=${more}>Older events</button></p>`}
    ${shown && html`<${Large} event=${shown} line=${lines.get(shown.device) ?? shown.device} close=${() => setShown(undefined)} />`}
  </section>`;
}

const query = ({ device, kind }) =>
  `${device && `&device=${encodeURIComponent(device)}`}${kind && `&kind=${encodeURIComponent(kind)}`}`;

/** The newest page merged with the events that are shown, so that older ones that were requested stay. */
function renewed(old, key, page) {
  if (old.key !== key || old.items.length <= PAGE) return { key, ...page };
  return { ...old, items: joined(page.items, old.items) };
}

/** Both lists without repeating an event; the first occurrence counts. */
function joined(first, second) {
  const ids = new Set(first.map(({ device, event }) => device + event));
  return [...first, ...second.filter(({ device, event }) => !ids.has(device + event))];
}

function Filter({ filter, set, lines, kinds }) {
  const change = (name) => (event) => set({ ...filter, [name]: event.currentTarget.value });
  return html`<div class="filter">
    <label><span class="unseen">Line</span>
      <select value=${filter.device} onChange=${change('device')}>
        <option value="">All lines</option>
        ${[...lines].map(([id, line]) => html`<option key=${id} value=${id}>${line}</option>`)}
      </select>
    </label>
    <label><span class="unseen">Kind</span>
      <select value=${filter.kind} onChange=${change('kind')}>
        <option value="">All kinds</option>
        ${kinds.map((kind) => html`<option key=${kind} value=${kind}>${kindWord(kind)}</option>`)}
      </select>
    </label>
  </div>`;
}

function Event({ event, line, now, show }) {
  return html`<li class="card event">
    <${Thumb} event=${event} show=${show} />
    <div class="what">
      <p class="title"><b>${title(event)}</b> <span class="pill ${severityTone(event.severity)}">${severityWord(event.severity)}</span></p>
      <p class="small">${kindWord(event.kind)} · ${line} · ${event.camera}${event.zone !== null && event.zone !== 'picture' ? ` · ${event.zone}` : ''}</p>
      <p class="small">${time(event.openedAtMs, event.clock)} · ${duration(event, now)}</p>
      ${(event.clips ?? []).length > 0 && html`<p class="small">with video</p>`}
      ${event.model?.degraded && html`<p class="small warn-text">from a degraded model</p>`}
    </div>
  </li>`;
}

const title = ({ label, rule }) => words(label ?? rule);

/** The duration of an open event uses the wall clocks of both ends, where the clock of the device is synchronised. */
function duration(event, now) {
  const openMs = event.clock === 'synced' ? now - event.openedAtMs : event.durationMs;
  if (event.state === 'open') return html`<b class="open">open</b> for ${span(Math.max(openMs, event.durationMs))}`;
  return `${span(event.durationMs)}${event.reason === null ? '' : `, ${reason(event.reason)}`}`;
}

/** A button in any case: what is known of an event can be opened without a snapshot, too. */
function Thumb({ event, show }) {
  const [failed, setFailed] = useState(false);
  const stored = event.snapshot?.stored === true && !failed;
  const name = `Show the ${stored ? 'snapshot' : 'details'} of ${title(event)}`;
  return html`<button class=${stored ? 'thumb' : 'thumb none'} onClick=${() => show({ ...event, unreadable: failed })} aria-label=${name}>
    ${stored ? html`<img src=${`${event.snapshot.url}?thumbnail=1`} alt="" loading="lazy" onError=${() => setFailed(true)} />` : missing(event, failed)}
  </button>`;
}

/** Why there is no snapshot to see. */
function missing({ snapshot, details }, failed) {
  if (failed) return 'The snapshot cannot be read';
  if (snapshot !== null) return 'The snapshot has not arrived yet';
  const why = details?.pictureMissing;
  return why === undefined ? 'No snapshot was made' : `No snapshot: ${reason(why)}`;
}

/** Where in the picture it is; the snapshot itself is kept without boxes. */
function Box({ event: { box, frame } }) {
  if (box === undefined || frame === undefined) return null;
  const [x1, y1, x2, y2] = box;
  return html`<svg class="box" viewBox=${`0 0 ${frame.width} ${frame.height}`} preserveAspectRatio="none" aria-hidden="true">
    <rect x=${x1} y=${y1} width=${x2 - x1} height=${y2 - y1} />
  </svg>`;
}

/** The snapshot in full size, or why there is none, with everything that is known of the event. */
function Large({ event, line, close }) {
  const dialog = useRef(null);
  useEffect(() => dialog.current?.showModal(), []);
  const facts = [
    ['Line', line],
    ['Camera', event.camera],
    ['What', sentence(event, event.closedAtMs === null)],
    ['Rule', ruleText(event)],
    ['Opened', `${time(event.openedAtMs)}${event.openedKnown ? '' : ' (estimated)'}`],
    [
      'Closed',
      event.closedAtMs === null
        ? 'still open'
        : `${time(event.closedAtMs)}${event.reason === null ? '' : `, ${reason(event.reason)}`}`,
    ],
    ['Duration', span(event.durationMs)],
    ['Score', event.score === null ? '–' : event.score.toFixed(2)],
    ['Model', event.model === undefined ? '–' : `${event.model.id}, ${event.model.sha256.slice(0, 12)}`],
    ...detailRows(event),
    ['SHA-256', event.snapshot?.sha256],
  ].filter(([, value]) => value !== undefined);
  return html`<dialog ref=${dialog} class="large" onClose=${close} onClick=${(click) => click.target === dialog.current && dialog.current.close()}>
    <form method="dialog"><h2>${title(event)}</h2><button aria-label="Close">✕</button></form>
    ${
      event.snapshot?.stored === true && !event.unreadable
        ? html`<span class="evidence">
            <img src=${event.snapshot.url} alt="Evidence of ${title(event)} at ${event.camera}" />
            <${Box} event=${event} />
          </span>`
        : html`<p class="thumb none wide">${missing(event, event.unreadable)}</p>`
    }
    ${(event.clips ?? []).map(
      ({ sha256, url }) =>
        html`<video key=${sha256} controls preload="none" src=${url} aria-label=${`Video of ${title(event)} at ${event.camera}`}></video>`,
    )}
    <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
  </dialog>`;
}
