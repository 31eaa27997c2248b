import { html, useEffect, useMemo, useState } from '/vendor/preact.js';
import { Chip, Facts, Sheet } from '/common/parts.js';
import {
  detailRows,
  kindsOf,
  kindWord,
  plain,
  reason,
  ruleText,
  sentence,
  severityTone,
  severityWord,
  title,
} from '/common/codes.js';
import { span, time } from '/common/format.js';
import { getJson } from '/common/http.js';

const PAGE = 24;

/**
 * Newest first. Events that happen while the page is open are added on top. While the page is disconnected, the alert at
 * its top is the only one; the list is read again with the next connection.
 */
export function Events({ cameras, recent, epoch, connected }) {
  const [filter, setFilter] = useState({ kind: '', camera: '' });
  const [fetched, setFetched] = useState({ events: [], next: undefined });
  const [problem, setProblem] = useState(undefined);
  const [chosen, setChosen] = useState(undefined);
  const load = (cursor, isCurrent = () => true) =>
    fetchEvents(filter, cursor).then(
      (page) => {
        if (!isCurrent()) return;
        setProblem(undefined);
        setFetched((old) => ({
          events: cursor === undefined ? page.events : [...old.events, ...page.events],
          next: page.next,
        }));
      },
      (error) => isCurrent() && setProblem(String(error.message ?? error)),
    );
  useEffect(() => {
    if (!connected) return undefined;
    let over = false;
    setProblem(undefined);
    load(undefined, () => !over);
    return () => {
      over = true;
    };
  }, [filter, epoch, connected]);
  const events = useMemo(
    () =>
      merge(
        fetched.events,
        recent.filter((event) => fits(event, filter)),
      ),
    [fetched, recent, filter],
  );
  const choose = (name) => (change) => setFilter((old) => ({ ...old, [name]: change.target.value }));
  return html`
    <section aria-labelledby="events-title" class="events">
      <header class="section-head">
        <h2 id="events-title">Events</h2>
        <label>Kind <select value=${filter.kind} onChange=${choose('kind')}>
          <option value="">all</option>
          ${kindsOf(events).map((code) => html`<option key=${code} value=${code}>${kindWord(code)}</option>`)}
        </select></label>
        <label>Camera <select value=${filter.camera} onChange=${choose('camera')}>
          <option value="">all</option>
          ${cameras.map(({ id }) => html`<option key=${id} value=${id}>${id}</option>`)}
        </select></label>
      </header>
      ${problem && connected && html`<p class="small bad" role="alert">Events could not be read: ${problem}</p>`}
      ${events.length === 0 && !problem && html`<p class="empty">No events.</p>`}
      <ul class="event-list">
        ${events.map((event) => html`<li key=${event.event}><${Row} event=${event} onChoose=${() => setChosen(event.event)} /></li>`)}
      </ul>
      ${fetched.next !== undefined && html`<button type="button" class="more" onClick=${() => load(fetched.next)}>Show older</button>`}
      ${chosen && html`<${Enlarged} event=${events.find((event) => event.event === chosen)} onClose=${() => setChosen(undefined)} />`}
    </section>
  `;
}

/** Most open events that stand above the cameras; the list below has all. */
const SHOWN_OPEN = 5;

/** Open events stand above the cameras, also on a phone. */
export function OpenEvents({ events }) {
  const [chosen, setChosen] = useState(undefined);
  const open = chosen && events.find(({ event }) => event === chosen.event);
  if (events.length === 0 && chosen === undefined) return null;
  return html`
    <section class="open-events" aria-labelledby="open-title">
      ${events.length > 0 && html`<h2 id="open-title">Open events</h2>`}
      <ul class="event-list">
        ${events.slice(0, SHOWN_OPEN).map((event) => html`<li key=${event.event}><${Row} event=${event} onChoose=${() => setChosen(event)} /></li>`)}
      </ul>
      ${events.length > SHOWN_OPEN && html`<p class="small">and ${events.length - SHOWN_OPEN} more, in the list of events below</p>`}
      ${chosen && html`<${Enlarged} event=${open ?? chosen} onClose=${() => setChosen(undefined)} />`}
    </section>
  `;
}

function Row({ event, onChoose }) {
  const sha256 = event.snapshots.at(-1);
  return html`
    <button type="button" class="event" data-event=${event.event} onClick=${onChoose}>
      <${Picture} class="thumb" sha256=${sha256} missing=${missing(event)} alt="" />
      <span class="event-text">
        <b>${title(event.label)}</b>
        <span>${kindWord(event.kind)} · ${event.camera}${event.zone ? ` · ${event.zone}` : ''}</span>
        <span class="small">${time(event.openedAtMs, event.clock)} · for ${span(event.durationMs)}</span>
      </span>
      <span class="event-end">
        <${Chip} tone=${event.state === 'open' ? severityTone(event.severity) : 'idle'}>${event.state === 'open' ? 'Open' : 'Closed'}<//>
        <span class="small">${event.delivered ? 'delivered' : 'queued'}</span>
      </span>
    </button>
  `;
}

/** A snapshot, or why there is none: one that was removed to free space does not leave an empty box. */
function Picture({ class: name, sha256, missing: why, alt }) {
  const [gone, setGone] = useState(false);
  useEffect(() => setGone(false), [sha256]);
  if (sha256 !== undefined && !gone) {
    return html`<img class=${name} loading="lazy" src=${`${evidence(sha256)}?boxes=1${name === 'thumb' ? '&width=320' : ''}`} alt=${alt} onError=${() => setGone(true)} />`;
  }
  return html`<span class="${name} none">${gone ? 'The snapshot is not kept on the device any more' : why}</span>`;
}

/** Why there is no snapshot to see. */
function missing({ details }) {
  const why = details?.pictureMissing;
  return why === undefined ? 'No snapshot' : `No snapshot: ${reason(why)}`;
}

function Enlarged({ event, onClose }) {
  const [history, setHistory] = useState(undefined);
  useEffect(() => {
    getJson(`/api/v1/events/${event.event}`).then(setHistory, () => setHistory(undefined));
  }, [event.event, event.updatedAtMs]);
  return html`
    <${Sheet} label=${`Event: ${plain(event.label)}`} onClose=${onClose}>
      <h2>${title(event.label)} <${Chip} tone=${severityTone(event.severity)}>${severityWord(event.severity)}<//></h2>
      ${event.snapshots.length === 0 && html`<p class="small">${missing(event)}</p>`}
      ${event.snapshots.map((sha256) => html`<${Picture} key=${sha256} class="evidence" sha256=${sha256} alt=${`Snapshot of the event: ${plain(event.label)} at ${event.camera}`} />`)}
      ${(history?.clips ?? []).map((sha256) => html`<video key=${sha256} class="evidence" controls preload="none" src=${evidence(sha256)}></video>`)}
      <${Facts}
        rows=${[
          ['What', sentence(event, event.state === 'open')],
          ['Kind', kindWord(event.kind)],
          ['Camera', event.zone ? `${event.camera}, zone ${event.zone}` : event.camera],
          ['Opened', time(event.openedAtMs, event.clock)],
          ['State', event.state === 'open' ? 'open' : `closed: ${reason(event.reason ?? 'cleared')}`],
          ['Duration', span(event.durationMs)],
          ['Score', event.score?.toFixed(2)],
          ['Rule', ruleText(event)],
          ['Model', event.model && `${event.model.id}${event.model.degraded ? ' (degraded)' : ''}`],
          ['At the collector', event.delivered ? 'yes' : 'not yet'],
          ...detailRows(event),
          ['Records', history?.transitions.map((step) => `${step.seq} ${step.phase}`).join(', ')],
          ['Snapshots, SHA-256', event.snapshots.length > 0 && html`<code>${event.snapshots.join(' ')}</code>`],
          ['Event', html`<code>${event.event}</code>`],
        ]}
      />
    <//>
  `;
}

const evidence = (sha256) => `/api/v1/evidence/${sha256}`;

const fits = (event, filter) =>
  (filter.kind === '' || event.kind === filter.kind) && (filter.camera === '' || event.camera === filter.camera);

/** Both lists as one, newest first; of two states of one event the later wins. */
function merge(...lists) {
  const known = new Map();
  for (const event of lists.flat()) {
    const old = known.get(event.event);
    if (old === undefined || old.updatedAtMs <= event.updatedAtMs) known.set(event.event, event);
  }
  return [...known.values()].sort((a, b) => b.openedAtMs - a.openedAtMs || (a.event < b.event ? 1 : -1));
}

function fetchEvents(filter, cursor) {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (filter.kind !== '') query.set('kind', filter.kind);
  if (filter.camera !== '') query.set('camera', filter.camera);
  if (cursor !== undefined) query.set('cursor', cursor);
  return getJson(`/api/v1/events?${query}`);
}
