/* global FormData */
import { html, useEffect, useState } from '/vendor/preact.js';
import { reason } from './codes.js';
import { COMMON_TEXTS } from './common-texts.js';
import { decimal, span, time } from './format.js';
import { getJson } from './http.js';
import { language, locale, translator } from './language.js';

const t = translator(COMMON_TEXTS);
const SHOWN_MS = 8 * 3_600_000;
const AROUND_MS = 30 * 60_000;

const read = (query) => getJson(`/api/v1/coverage?${new URLSearchParams(query)}`);

/**
 * Coverage of the shifts of the last eight hours, read again every minute; undefined until it is here. `query`: names the
 * device where there are several. `shownMs` and `by` ask for another time and other parts.
 */
export function useCoverage(query, nowMs, isWanted = true, { shownMs = SHOWN_MS, by = 'shift' } = {}) {
  const [answer, setAnswer] = useState(undefined);
  const minute = Math.floor(nowMs / 60_000);
  const device = JSON.stringify(query);
  useEffect(() => {
    if (!isWanted) return undefined;
    let over = false;
    const from = String(Math.floor(nowMs) - shownMs);
    read({ ...query, from, to: String(Math.floor(nowMs)), by })
      .then((found) => !over && setAnswer(found))
      .catch(() => {
        // The page as a whole shows that it is disconnected; the strip keeps what it shows.
      });
    return () => {
      over = true;
    };
  }, [device, minute, isWanted]);
  return answer;
}

/** The strip of a camera or of one of its models, and a sentence for each of its shifts. */
export function Shifts({ coverage, timeZone }) {
  const known = coverage.parts.length > 0 ? coverage.parts : [coverage];
  return html`<div class="shifts">
    <${Strip} coverage=${coverage} timeZone=${timeZone} />
    ${known.toReversed().map((part) => html`<p class="small" key=${part.fromAtMs}>${coverText(part, timeZone)}</p>`)}
  </div>`;
}

/** Most reasons that a sentence names. */
const NAMED = 5;
const UNKNOWN = ['no_record', 'clock_unknown'];
const OFF = ['not_scheduled', 'not_configured'];

/**
 * What the device says of an interval, in the language of the page: its own sentence, which is English, or the same made of
 * its figures. Times are those of `timeZone`, else of the browser.
 */
export function coverText(cover, timeZone) {
  if (language() === 'en') return cover.text;
  const name = cover.name === undefined ? '' : `${cover.name}, `;
  return `${name}${intervalText(cover, timeZone)}: ${partsOf(cover).join('; ')}`;
}

function partsOf(cover) {
  const { inspectedFraction: fraction, blindMs, unknownMs, unscheduledMs, pendingMs, unsyncedMs } = cover;
  const because = (isOne) => {
    const rows = cover.reasons.filter(({ reason: code }) => isOne(code));
    if (rows.length === 1) return reason(rows[0].reason);
    return rows
      .slice(0, NAMED)
      .map(({ reason: code, ms }) => `${reason(code)} ${span(ms)}`)
      .join(', ');
  };
  const isBlind = (code) => !UNKNOWN.includes(code) && !OFF.includes(code);
  return [
    fraction !== null && t('coverInspected', { percent: fractionText(fraction) }),
    blindMs > 0 && t('coverBlind', { span: span(blindMs), reasons: because(isBlind) }),
    unknownMs > 0 && t('coverUnknown', { span: span(unknownMs), reasons: because((code) => UNKNOWN.includes(code)) }),
    unscheduledMs > 0 && t('coverOff', { span: span(unscheduledMs), reasons: because((code) => OFF.includes(code)) }),
    pendingMs > 0 &&
      (fraction === null && unscheduledMs === 0 ? t('coverNone') : t('coverPending', { span: span(pendingMs) })),
    unsyncedMs > 0 && t('coverUnsynced', { span: span(unsyncedMs) }),
  ].filter(Boolean);
}

/** Never more than was reached: 100 only where all of it was inspected. */
function fractionText(fraction) {
  const tenths = Math.floor(fraction * 1000 + 1e-9);
  if (fraction > 0 && tenths === 0) return `<${decimal(0.1)} %`;
  return `${decimal(tenths / 10, tenths % 10 === 0 ? 0 : 1)} %`;
}

function intervalText({ fromAtMs, toAtMs }, timeZone) {
  const text = (ms, parts) => new Date(ms).toLocaleString(locale(), { ...parts, ...(timeZone && { timeZone }) });
  const clock = { hour: '2-digit', minute: '2-digit' };
  const date = { day: 'numeric', month: 'short', year: 'numeric' };
  const [from, to] = [text(fromAtMs, date), text(toAtMs, date)];
  const end = text(toAtMs, { ...clock, timeZoneName: 'short' });
  return t('interval', { from: `${from}, ${text(fromAtMs, clock)}`, to: from === to ? end : `${to}, ${end}` });
}

/** The last day of a camera hour by hour: a strip, and a table of the hours in words. */
export function Hours({ coverage, timeZone, title }) {
  const hour = (ms) =>
    new Date(ms).toLocaleString(locale(), { hour: '2-digit', minute: '2-digit', ...(timeZone && { timeZone }) });
  return html`<div class="hours">
    <${Strip} coverage=${coverage} timeZone=${timeZone} />
    <p class="hour-ends small"><span>${hour(coverage.fromAtMs)}</span><span>${hour(coverage.toAtMs)}</span></p>
    <details>
      <summary>${title}</summary>
      <ul>${coverage.parts.toReversed().map((part) => html`<li class="small" key=${part.fromAtMs}>${coverText(part, timeZone)}</li>`)}</ul>
    </details>
  </div>`;
}

/** Time from left to right: inspected, not inspected, nothing known, nothing to inspect, still to come. */
export function Strip({ coverage, mark, timeZone }) {
  const { fromAtMs, toAtMs, periods, parts, pendingMs } = coverage;
  const length = toAtMs - fromAtMs;
  const at = (ms) => ((ms - fromAtMs) / length) * 1000;
  // What is not due is the end of it, unless records are still on their way; those are periods of their own.
  const endMs = toAtMs - pendingMs;
  return html`<svg class="strip" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=${coverText(coverage, timeZone)}>
    <rect class="pending" width="1000" height="10" />
    <rect class="inspected" width=${Math.max(0, at(endMs))} height="10" />
    ${periods.map(
      (period) => html`<rect
        key=${period.fromAtMs}
        class=${period.state}
        x=${at(period.fromAtMs)}
        width=${Math.max(1.5, at(period.toAtMs) - at(period.fromAtMs))}
        height="10"
      ><title>${time(period.fromAtMs)}, ${span(period.toAtMs - period.fromAtMs)}: ${reason(period.reason)}</title></rect>`,
    )}
    ${borders(parts).map((part) => html`<path key=${part.fromAtMs} class="border" d=${`M${at(part.fromAtMs)} 0v10`} vector-effect="non-scaling-stroke" />`)}
    ${mark && html`<rect class="mark" x=${at(mark.fromAtMs)} width=${Math.max(4, at(mark.toAtMs) - at(mark.fromAtMs))} height="10" vector-effect="non-scaling-stroke" />`}
  </svg>`;
}

/** Most parts whose borders are drawn. */
const MAX_BORDERS = 30;

const borders = (parts) => (parts.length > MAX_BORDERS ? [] : parts.slice(1));

/** "Was the check running at 02:14?", answered for every camera with a sentence and the hour around that minute. */
export function AskAt({ query, timeZone }) {
  const [answer, setAnswer] = useState(undefined);
  const ask = async (event) => {
    event.preventDefault();
    const at = String(new FormData(event.currentTarget).get('at'));
    setAnswer(await answerAt(query, at).catch((error) => ({ problem: String(error.message ?? error) })));
  };
  return html`<details class="ask">
    <summary>${t('askAt')}</summary>
    <form onSubmit=${ask}>
      <label>${t('askTime')} <input type="datetime-local" name="at" required /></label>
      <button aria-label=${t('askShowLong')}>${t('askShow')}</button>
      <span class="small">${t('askZone')}${timeZone && `, ${timeZone}`}</span>
    </form>
    ${answer && html`<div role="status"><${Answer} answer=${answer} timeZone=${timeZone} /></div>`}
  </details>`;
}

async function answerAt(query, at) {
  const minute = await read({ ...query, at });
  const [from, to] = [minute.fromAtMs - AROUND_MS, minute.toAtMs + AROUND_MS];
  return { minute, around: await read({ ...query, from: String(from), to: String(to), by: 'minute' }) };
}

function Answer({ answer: { problem, minute, around }, timeZone }) {
  if (problem !== undefined) return html`<p>${t('notAnswered', { why: problem })}</p>`;
  if (minute.cameras.length === 0) return html`<p>${t('noRecordOf', { time: time(minute.fromAtMs) })}</p>`;
  return html`<ul>
    ${minute.cameras.map((camera) => {
      const hour = around.cameras.find((other) => other.camera === camera.camera);
      return html`<li key=${camera.camera}>
        <p><b>${camera.camera}</b>: ${wordOf(camera)}</p>
        <p class="small">${coverText(camera, timeZone)}</p>
        ${hour && html`<${Strip} coverage=${hour} mark=${minute} timeZone=${timeZone} /><p class="small">${t('hourAround')} ${coverText(hour, timeZone)}</p>`}
      </li>`;
    })}
  </ul>`;
}

function wordOf({ inspectedMs, blindMs, unknownMs, unscheduledMs }) {
  if (inspectedMs > 0) return t(blindMs + unknownMs > 0 ? 'partlyInspected' : 'inspected');
  if (blindMs > 0) return t('notInspected');
  if (unknownMs > 0) return t('notKnown');
  return t(unscheduledMs > 0 ? 'nothingToInspect' : 'noRecordYet');
}
