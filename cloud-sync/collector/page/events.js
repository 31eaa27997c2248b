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
import { decimal, span, time } from '/common/format.js';
import { getJson } from '/common/http.js';
import { Guarded } from '/common/parts.js';
import { t } from './language.js';
import { Drawing, Review } from './review.js';

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
      <h2 id="events">${t('events')}</h2>
      <${Filter} filter=${filter} set=${setFilter} lines=${lines} kinds=${kindsOf(list.items)} />
    </div>
    ${list.items.length === 0 && html`<p class="empty">${t(key === '' ? 'noEventsYet' : 'noSuchEvents')}</p>`}
    <ul class="events">
      ${list.items.map(
        (event) => html`<${Guarded} key=${event.device + event.event} what=${t('eventNamed', { id: event.event })}>
          <${Event} event=${event} line=${lines.get(event.device) ?? event.device} now=${now} show=${setShown} />
        <//>`,
      )}
    </ul>
    ${list.next !== null && html`<p class="more"><button onClick=${more}>${t('olderEvents')}</button></p>`}
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
    <label><span class="unseen">${t('line')}</span>
      <select value=${filter.device} onChange=${change('device')}>
        <option value="">${t('allLines')}</option>
        ${[...lines].map(([id, line]) => html`<option key=${id} value=${id}>${line}</option>`)}
      </select>
    </label>
    <label><span class="unseen">${t('kind')}</span>
      <select value=${filter.kind} onChange=${change('kind')}>
        <option value="">${t('allKinds')}</option>
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
      ${(event.clips ?? []).length > 0 && html`<p class="small">${t('withVideo')}</p>`}
      ${event.model?.degraded && html`<p class="small warn-text">${t('fromDegraded')}</p>`}
    </div>
  </li>`;
}

const title = ({ label, rule }) => words(label ?? rule);

/** The duration of an open event uses the wall clocks of both ends, where the clock of the device is synchronised. */
function duration(event, now) {
  const openMs = event.clock === 'synced' ? now - event.openedAtMs : event.durationMs;
  if (event.state === 'open')
    return html`<b class="open">${t('open')}</b> ${t('lasting', { span: span(Math.max(openMs, event.durationMs)) })}`;
  return `${span(event.durationMs)}${event.reason === null ? '' : `, ${reason(event.reason)}`}`;
}

/** A button in any case: what is known of an event can be opened without a snapshot, too. */
function Thumb({ event, show }) {
  const [failed, setFailed] = useState(false);
  const stored = event.snapshot?.stored === true && !failed;
  const what = title(event);
  // What can be read on a button is in its name, too.
  const name = stored ? t('showSnapshot', { what }) : `${missing(event, failed)}. ${t('showDetails', { what })}`;
  return html`<button class=${stored ? 'thumb' : 'thumb none'} onClick=${() => show({ ...event, unreadable: failed })} aria-label=${name}>
    ${stored ? html`<img src=${`${event.snapshot.url}?thumbnail=1`} alt="" loading="lazy" onError=${() => setFailed(true)} />` : missing(event, failed)}
  </button>`;
}

/** Why there is no snapshot to see. */
function missing({ snapshot, details }, failed) {
  if (failed) return t('snapshotUnreadable');
  if (snapshot !== null) return t('snapshotNotYet');
  const why = details?.pictureMissing;
  return why === undefined ? t('noSnapshotMade') : t('noSnapshotBecause', { reason: reason(why) });
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
  const [size, setSize] = useState(event.frame);
  const [drawing, setDrawing] = useState(false);
  const [drawn, setDrawn] = useState(undefined);
  const learnSize = ({ currentTarget: { naturalWidth, naturalHeight } }) =>
    setSize(event.frame ?? { width: naturalWidth, height: naturalHeight });
  useEffect(() => dialog.current?.showModal(), []);
  const openedAt = time(event.openedAtMs);
  const facts = [
    [t('line'), line],
    [t('camera'), event.camera],
    [t('what'), sentence(event, event.closedAtMs === null)],
    [t('rule'), ruleText(event)],
    [t('opened'), event.openedKnown ? openedAt : t('estimated', { time: openedAt })],
    [
      t('closed'),
      event.closedAtMs === null
        ? t('stillOpen')
        : `${time(event.closedAtMs)}${event.reason === null ? '' : `, ${reason(event.reason)}`}`,
    ],
    [t('duration'), span(event.durationMs)],
    [t('score'), event.score === null ? '–' : decimal(event.score, 2)],
    [t('model'), event.model === undefined ? '–' : `${event.model.id}, ${event.model.sha256.slice(0, 12)}`],
    ...detailRows(event),
    ['SHA-256', event.snapshot?.sha256],
  ].filter(([, value]) => value !== undefined);
  return html`<dialog ref=${dialog} class="large" onClose=${close} onClick=${(click) => click.target === dialog.current && dialog.current.close()}>
    <form method="dialog"><h2>${title(event)}</h2><button aria-label=${t('close')}>✕</button></form>
    ${
      event.snapshot?.stored === true && !event.unreadable
        ? html`<span class="evidence">
            <img src=${event.snapshot.url} alt=${t('snapshotAlt', { what: title(event), camera: event.camera })} onLoad=${learnSize} />
            <${Box} event=${event} />
            ${drawing && size !== undefined && html`<${Drawing} frame=${size} drawn=${drawn} setDrawn=${setDrawn} />`}
          </span>`
        : html`<p class="thumb none wide">${missing(event, event.unreadable)}</p>`
    }
    ${(event.clips ?? []).map(
      ({ sha256, url }) =>
        html`<video key=${sha256} controls preload="none" src=${url} aria-label=${t('videoOf', { what: title(event), camera: event.camera })}></video>`,
    )}
    <${Review} event=${event} drawn=${drawn} setDrawn=${setDrawn} setDrawing=${setDrawing} />
    <dl class="facts">${facts.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
  </dialog>`;
}
