/* global FormData */
import { html, useEffect, useMemo, useState } from '/vendor/preact.js';
import { Chip, Facts, Sheet } from '/common/parts.js';
import {
  detailRows,
  kindsOf,
  kindWord,
  phaseWord,
  plain,
  reason,
  ruleText,
  sentence,
  severityTone,
  severityWord,
  title,
} from '/common/codes.js';
import { decimal, span, time } from '/common/format.js';
import { getJson } from '/common/http.js';
import { change } from './change.js';
import { session } from './session.js';
import { t } from './language.js';

const PAGE = 24;
const NO_FILTER = { kind: '', camera: '', severity: '', state: '' };
const SEVERITIES = ['info', 'warning', 'critical'];

/**
 * Newest first. Events that happen while the page is open are added on top. While the page is disconnected, the alert at
 * its top is the only one; the list is read again with the next connection.
 */
export function Events({ cameras, recent, epoch, connected }) {
  const [filter, setFilter] = useState(NO_FILTER);
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
    <section aria-label=${t('events')} class="events">
      <div class="section-head filters">
        <${Choice} label=${t('kind')} value=${filter.kind} onChange=${choose('kind')} options=${kindsOf(events).map((code) => [code, kindWord(code)])} />
        <${Choice} label=${t('camera')} value=${filter.camera} onChange=${choose('camera')} options=${cameras.map(({ id }) => [id, id])} />
        <${Choice} label=${t('severity')} value=${filter.severity} onChange=${choose('severity')} options=${SEVERITIES.map((code) => [code, severityWord(code)])} />
        <${Choice} label=${t('state')} value=${filter.state} onChange=${choose('state')} options=${[['open', t('open')], ['closed', t('closed')]]} />
      </div>
      ${problem && connected && html`<p class="small bad" role="alert">${t('eventsUnreadable', { why: problem })}</p>`}
      ${events.length === 0 && !problem && html`<p class="empty">${t('noEvents')}</p>`}
      <ul class="event-list">
        ${events.map((event) => html`<li key=${event.event}><${Row} event=${event} onChoose=${() => setChosen(event.event)} /></li>`)}
      </ul>
      ${fetched.next !== undefined && html`<button type="button" class="more" onClick=${() => load(fetched.next)}>${t('showOlder')}</button>`}
      ${chosen && html`<${Enlarged} event=${events.find((event) => event.event === chosen)} onClose=${() => setChosen(undefined)} />`}
    </section>
  `;
}

const Choice = ({ label, value, onChange, options }) => html`
  <label>${label} <select value=${value} onChange=${onChange}>
    <option value="">${t('all')}</option>
    ${options.map(([code, word]) => html`<option key=${code} value=${code}>${word}</option>`)}
  </select></label>
`;

/** Most open events that stand above the cameras; the list below has all. */
const SHOWN_OPEN = 5;

/** Open events stand above the cameras, also on a phone. */
export function OpenEvents({ events }) {
  const [chosen, setChosen] = useState(undefined);
  const open = chosen && events.find(({ event }) => event === chosen.event);
  if (events.length === 0 && chosen === undefined) return null;
  return html`
    <section class="open-events" aria-label=${t('openEventsTitle')}>
      ${events.length > 0 && html`<h2 id="open-title">${t('openEventsTitle')}</h2>`}
      <ul class="event-list">
        ${events.slice(0, SHOWN_OPEN).map((event) => html`<li key=${event.event}><${Row} event=${event} onChoose=${() => setChosen(event)} /></li>`)}
      </ul>
      ${events.length > SHOWN_OPEN && html`<p class="small">${t('moreBelow', { count: events.length - SHOWN_OPEN })}</p>`}
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
        <span class="small">${time(event.openedAtMs, event.clock)} · ${t('lasting', { span: span(event.durationMs) })}</span>
      </span>
      <span class="event-end">
        <${Chip} tone=${event.state === 'open' ? severityTone(event.severity) : 'idle'}>${t(event.state === 'open' ? 'open' : 'closed')}<//>
        <span class="small">${t(event.delivered ? 'delivered' : 'queuedEvent')}</span>
        ${event.acknowledged && html`<span class="small">✓ ${event.acknowledged.by}</span>`}
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
  return html`<span class="${name} none">${gone ? t('snapshotGone') : why}</span>`;
}

/** Why there is no snapshot to see. */
function missing({ details }) {
  const why = details?.pictureMissing;
  return why === undefined ? t('noSnapshot') : t('noSnapshotBecause', { reason: reason(why) });
}

function Enlarged({ event, onClose }) {
  const [history, setHistory] = useState(undefined);
  useEffect(() => {
    getJson(`/api/v1/events/${event.event}`).then(setHistory, () => setHistory(undefined));
  }, [event.event, event.updatedAtMs]);
  return html`
    <${Sheet} label=${t('eventNamed', { what: plain(event.label) })} onClose=${onClose}>
      <h2>${title(event.label)} <${Chip} tone=${severityTone(event.severity)}>${severityWord(event.severity)}<//></h2>
      ${event.snapshots.length === 0 && html`<p class="small">${missing(event)}</p>`}
      ${event.snapshots.map((sha256) => html`<${Picture} key=${sha256} class="evidence" sha256=${sha256} alt=${t('snapshotOf', { what: plain(event.label), camera: event.camera })} />`)}
      ${(history?.clips ?? []).map((sha256) => html`<video key=${sha256} class="evidence" aria-label=${t('clip')} controls preload="none" src=${evidence(sha256)}></video>`)}
      <${Facts}
        rows=${[
          [t('what'), sentence(event, event.state === 'open')],
          [t('kind'), kindWord(event.kind)],
          [t('camera'), event.zone ? t('cameraZone', { camera: event.camera, zone: event.zone }) : event.camera],
          [t('opened'), time(event.openedAtMs, event.clock)],
          [
            t('state'),
            event.state === 'open' ? t('open') : t('closedBecause', { reason: reason(event.reason ?? 'cleared') }),
          ],
          [t('duration'), span(event.durationMs)],
          [t('score'), event.score === undefined ? undefined : decimal(event.score, 2)],
          [t('rule'), ruleText(event)],
          [
            t('model'),
            event.model && `${event.model.id}${event.model.degraded ? ` (${t('degraded').toLowerCase()})` : ''}`,
          ],
          [t('atCollector'), t(event.delivered ? 'yes' : 'notYet')],
          ...detailRows(event),
          [t('records'), history?.transitions.map((step) => `${step.seq} ${phaseWord(step.phase)}`).join(', ')],
          [t('snapshotHashes'), event.snapshots.length > 0 && html`<code>${event.snapshots.join(' ')}</code>`],
          [t('eventId'), html`<code>${event.event}</code>`],
        ]}
      />
      <${Acknowledgement} event=${event} acknowledged=${event.acknowledged ?? history?.acknowledged} />
    <//>
  `;
}

/** That a person has seen the event, and what they say of it. Who it was is known from the log-in, or is asked for. */
function Acknowledgement({ event, acknowledged }) {
  const [given, setGiven] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  const done = given ?? acknowledged;
  const who = session().who;
  const send = async (submitted) => {
    submitted.preventDefault();
    const form = new FormData(submitted.currentTarget);
    const [by, note] = [who ?? String(form.get('by')), String(form.get('note'))];
    try {
      setGiven(await change(`/api/v1/events/${event.event}/acknowledge`, { by, ...(note !== '' && { note }) }));
      setProblem(undefined);
    } catch (error) {
      setProblem(error.message);
    }
  };
  if (done !== undefined) {
    return html`<p role="status" data-acknowledged>${t('acknowledgedBy', { who: done.by, time: time(done.atMs) })}${done.note ? `: ${done.note}` : ''}</p>`;
  }
  if (!session().may('technician')) return null;
  return html`<form class="inline-form" onSubmit=${send}>
    ${who === undefined && html`<label>${t('yourName')} <input name="by" required maxlength="100" autocomplete="name" /></label>`}
    <label>${t('note')} <input name="note" maxlength="200" /></label>
    <button>${t('acknowledge')}</button>
    ${problem && html`<p class="small bad" role="alert">${problem}</p>`}
  </form>`;
}

const evidence = (sha256) => `/api/v1/evidence/${sha256}`;

const fits = (event, filter) => Object.entries(filter).every(([name, value]) => value === '' || event[name] === value);

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
  const chosen = Object.entries(filter).filter(([, value]) => value !== '');
  const query = new URLSearchParams({ limit: String(PAGE), ...Object.fromEntries(chosen) });
  if (cursor !== undefined) query.set('cursor', cursor);
  return getJson(`/api/v1/events?${query}`);
}
