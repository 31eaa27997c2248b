/* global FormData */
import { html, useEffect, useState } from '/vendor/preact.js';
import { reason } from './codes.js';
import { span, time } from './format.js';
import { getJson } from './http.js';

const SHOWN_MS = 8 * 3_600_000;
const AROUND_MS = 30 * 60_000;

const read = (query) => getJson(`/api/v1/coverage?${new URLSearchParams(query)}`);

/**
 * Coverage of the shifts of the last eight hours, read again every minute; undefined until it is here. `query`: names the
 * device where there are several.
 */
export function useCoverage(query, nowMs, isWanted = true) {
  const [answer, setAnswer] = useState(undefined);
  const minute = Math.floor(nowMs / 60_000);
  const device = JSON.stringify(query);
  useEffect(() => {
    if (!isWanted) return undefined;
    let over = false;
    const from = String(Math.floor(nowMs) - SHOWN_MS);
    read({ ...query, from, to: String(Math.floor(nowMs)), by: 'shift' })
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
export function Shifts({ coverage }) {
  const known = coverage.parts.length > 0 ? coverage.parts : [coverage];
  return html`<div class="shifts">
    <${Strip} coverage=${coverage} />
    ${known.toReversed().map((part) => html`<p class="small" key=${part.fromAtMs}>${part.text}</p>`)}
  </div>`;
}

/** Time from left to right: inspected, not inspected, nothing known, nothing to inspect, still to come. */
export function Strip({ coverage, mark }) {
  const { fromAtMs, toAtMs, periods, parts, pendingMs } = coverage;
  const length = toAtMs - fromAtMs;
  const at = (ms) => ((ms - fromAtMs) / length) * 1000;
  // What is not due is the end of it, unless records are still on their way; those are periods of their own.
  const endMs = toAtMs - pendingMs;
  return html`<svg class="strip" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=${coverage.text}>
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
    <summary>Was the check running at a time?</summary>
    <form onSubmit=${ask}>
      <label>Date and time <input type="datetime-local" name="at" required /></label>
      <button aria-label="Show whether the check was running">Show</button>
      <span class="small">in the time of the line${timeZone && `, ${timeZone}`}</span>
    </form>
    ${answer && html`<div role="status"><${Answer} answer=${answer} /></div>`}
  </details>`;
}

async function answerAt(query, at) {
  const minute = await read({ ...query, at });
  const [from, to] = [minute.fromAtMs - AROUND_MS, minute.toAtMs + AROUND_MS];
  return { minute, around: await read({ ...query, from: String(from), to: String(to), by: 'minute' }) };
}

function Answer({ answer: { problem, minute, around } }) {
  if (problem !== undefined) return html`<p>The question was not answered: ${problem}</p>`;
  if (minute.cameras.length === 0) return html`<p>${time(minute.fromAtMs)}: no record of this time.</p>`;
  return html`<ul>
    ${minute.cameras.map((camera) => {
      const hour = around.cameras.find((other) => other.camera === camera.camera);
      return html`<li key=${camera.camera}>
        <p><b>${camera.camera}</b>: ${wordOf(camera)}</p>
        <p class="small">${camera.text}</p>
        ${hour && html`<${Strip} coverage=${hour} mark=${minute} /><p class="small">The hour around it. ${hour.text}</p>`}
      </li>`;
    })}
  </ul>`;
}

function wordOf({ inspectedMs, blindMs, unknownMs, unscheduledMs }) {
  if (inspectedMs > 0) return blindMs + unknownMs > 0 ? 'partly inspected' : 'inspected';
  if (blindMs > 0) return 'not inspected';
  if (unknownMs > 0) return 'not known';
  return unscheduledMs > 0 ? 'nothing to inspect' : 'no record yet';
}
