import { html, useState } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { number, percent, span, time } from '/common/format.js';
import { change } from './change.js';
import { t } from './language.js';
import { session } from './session.js';
import { SERVICE_LIMIT } from './words.js';

const HOUR_MS = 3_600_000;

/** Machines that must be serviced: how much of each limit is used up, who serviced them last, and the button that says so. */
export function Services({ services }) {
  return html`
    <section aria-labelledby="services-title" data-services>
      <h2 id="services-title">${t('machineService')}</h2>
      ${services.map((service) => html`<${Machine} key=${service.rule} service=${service} />`)}
    </section>
  `;
}

function Machine({ service: { rule, camera, overdue, limits, servicedAtMs, servicedBy } }) {
  return html`
    <article class="card panel ${overdue ? 'warn' : 'good'}" data-service=${rule} aria-label=${t('machineServiceNamed', { rule })}>
      <header class="row-head">
        <h3>${rule}</h3>
        <${Chip} tone=${overdue ? 'warn' : 'good'}>${t(overdue ? 'serviceOverdue' : 'serviceNotDue')}<//>
      </header>
      <${Facts}
        rows=${[
          [t('camera'), camera],
          ...limits.map((limit) => [t(SERVICE_LIMIT[limit.by]), html`<${Limit} limit=${limit} />`]),
          [t('lastService'), lastService(servicedAtMs, servicedBy)],
        ]}
      />
      <${Confirm} path="/api/v1/maintenance" what=${{ rule }} button=${t('confirmService')} />
    </article>
  `;
}

/** Zones that must be cleaned: how long ago each was, who says so, and the button for whoever has just cleaned. */
export function Cleanings({ cleanings }) {
  return html`
    <section aria-labelledby="cleanings-title" data-cleanings>
      <h2 id="cleanings-title">${t('cleaningOfZones')}</h2>
      ${cleanings.map((cleaning) => html`<${Zone} key=${cleaning.rule} cleaning=${cleaning} />`)}
    </section>
  `;
}

function Zone({ cleaning }) {
  const { rule, camera, zone, overdue, sinceMs, limitMs } = cleaning;
  const tone = overdue ? 'warn' : 'good';
  return html`
    <article class="card panel ${tone}" data-cleaning=${rule} aria-label=${t('cleaningNamed', { rule })}>
      <header class="row-head">
        <h3>${rule}</h3>
        <${Chip} tone=${tone}>${t(overdue ? 'serviceOverdue' : 'serviceNotDue')}<//>
      </header>
      <${Facts}
        rows=${[
          [t('camera'), zone === undefined ? camera : t('cameraZone', { camera, zone })],
          [
            t('sinceCleaning'),
            limitMs === undefined
              ? span(sinceMs)
              : html`<${Limit} limit=${{ by: 'interval', value: sinceMs, limit: limitMs, used: sinceMs / limitMs }} />`,
          ],
          [t('lastCleaning'), lastCleaning(cleaning)],
        ]}
      />
      <${Confirm} path="/api/v1/cleaning" what=${{ target: rule }} button=${t('confirmCleaning')} />
    </article>
  `;
}

/** Before anything is known, everything is counted from the first start of the rule. */
function lastCleaning({ cleanedAtMs, seenBy, cleanedBy }) {
  if (seenBy === undefined) {
    return cleanedAtMs === undefined ? t('cleaningUnknown') : t('cleaningUnknownSince', { time: time(cleanedAtMs) });
  }
  const who = seenBy === 'camera' ? t('seenByCamera') : cleanedBy;
  return cleanedAtMs === undefined ? who : t('servicedBy', { who, time: time(cleanedAtMs) });
}

/** People count running time in hours, however many. */
const TEXT = {
  interval: (ms) => span(ms),
  running_time: (ms) => t('hoursOf', { hours: number(Math.round(ms / (HOUR_MS / 10)) / 10) }),
  count: (counted, unit) => [number(Math.floor(counted)), unit].filter(Boolean).join(' '),
};

function Limit({ limit: { by, value, limit, used, unit } }) {
  const text = (what) => TEXT[by](what, unit);
  const words = t('usedOfLimit', { used: text(value), limit: text(limit), percent: percent(value, limit) });
  return html`<progress value=${Math.min(1, used)} max="1" aria-hidden="true"></progress> ${words}`;
}

/** Before anybody has confirmed one, everything is counted from the first start of the rule. */
function lastService(atMs, by) {
  if (by !== undefined) return atMs === undefined ? by : t('servicedBy', { who: by, time: time(atMs) });
  return atMs === undefined ? t('serviceUnknown') : t('serviceUnknownSince', { time: time(atMs) });
}

/** What was confirmed cannot be taken back: it is asked for twice. Who it was is known from the log-in, or is asked for. */
function Confirm({ path, what, button }) {
  const [asked, setAsked] = useState(false);
  const [said, setSaid] = useState(undefined);
  const who = session().who;
  const send = async (submitted) => {
    submitted.preventDefault();
    setSaid(undefined);
    setAsked(!asked);
    if (!asked) return;
    const form = submitted.currentTarget;
    const by = who ?? String(new FormData(form).get('by'));
    try {
      await change(path, { ...what, by });
      setSaid({ text: t('serviceConfirmed', { who: by }) });
      form.reset();
    } catch (error) {
      setSaid({ text: error.message, isBad: true });
    }
  };
  if (!session().may('technician')) return null;
  return html`<form class="inline-form" onSubmit=${send}>
    ${who === undefined && html`<label>${t('yourName')} <input name="by" required maxlength="100" pattern=".*\\S.*" autocomplete="name" /></label>`}
    <button class=${asked ? 'bad' : ''} onBlur=${() => setAsked(false)}>${asked ? `${t('really')} ` : ''}${button}</button>
    ${said && html`<p class="small ${said.isBad ? 'bad' : ''}" role=${said.isBad ? 'alert' : 'status'}>${said.text}</p>`}
  </form>`;
}
