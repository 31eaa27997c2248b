/* global FormData */
import { html, useEffect, useState } from '/vendor/preact.js';
import { reason } from '/common/codes.js';
import { span, time } from '/common/format.js';
import { getJson } from '/common/http.js';

const PART_MS = 600_000;
const SHOWN_MS = 8 * 3_600_000;

/** Coverage of a device's cameras over the last eight hours, read again every minute; undefined until it is here. */
export function useCoverage(device, nowMs) {
  const [items, setItems] = useState(undefined);
  const minute = Math.floor(nowMs / 60_000);
  useEffect(() => {
    let over = false;
    const to = Math.ceil(nowMs / PART_MS) * PART_MS;
    const path = `/api/v1/coverage?device=${encodeURIComponent(device)}&from=${to - SHOWN_MS}&to=${to}&step=${PART_MS}`;
    getJson(path)
      .then((answer) => !over && setItems(answer.items))
      .catch(() => {
        // The page as a whole shows that it is disconnected; the strip keeps what it shows.
      });
    return () => {
      over = true;
    };
  }, [device, minute]);
  return items;
}

/** `99.2 % of the last 8 h inspected; not inspected for 4 min: the camera does not answer` */
export function coverageText({ inspectedFraction, blindMs, unknownMs, reasons }) {
  if (inspectedFraction === null) return 'No counters in the last 8 h';
  const percent = Math.floor(inspectedFraction * 1000) / 10;
  const why = reasons.filter((row) => row.reason !== 'no_record').map((row) => reason(row.reason));
  const blind = blindMs > 0 ? `; not inspected for ${span(blindMs)}: ${why.slice(0, 3).join(', ')}` : '';
  const unknown = unknownMs > 0 ? `; no record of ${span(unknownMs)}` : '';
  return `${percent} % of the last 8 h inspected${blind}${unknown}`;
}

/** One column for ten minutes: inspected, not inspected, no record. Drawn as SVG, because the page may set no styles. */
export function Strip({ coverage, now }) {
  const { parts } = coverage;
  return html`<svg class="strip" viewBox=${`0 0 ${parts.length} 10`} preserveAspectRatio="none" role="img" aria-label=${coverageText(coverage)}>
    ${parts.map((part, index) => html`<${Column} key=${part.fromAtMs} part=${part} x=${index} now=${now} />`)}
  </svg>`;
}

function Column({ part, x, now }) {
  const scale = 10 / (part.toAtMs - part.fromAtMs);
  const [unknown, blind, inspected] = [part.unknownMs, part.blindMs, part.inspectedMs].map((ms) => ms * scale);
  const why = part.reasons.map((row) => `${reason(row.reason)} ${span(row.ms)}`).join(', ');
  return html`<g>
    <title>${time(part.fromAtMs, now)}: inspected ${span(part.inspectedMs)}${why && `; ${why}`}</title>
    <rect class="none" x=${x} width="1" height="10" />
    <rect class="skipped" x=${x} y=${10 - unknown} width="1" height=${unknown} />
    <rect class="failed" x=${x} y=${10 - unknown - blind} width="1" height=${blind} />
    <rect class="inspected" x=${x} y=${10 - unknown - blind - inspected} width="1" height=${inspected} />
  </g>`;
}

/** "Was the check running at 02:14?" */
export function AskAt({ device, now }) {
  const [answer, setAnswer] = useState(undefined);
  const ask = async (event) => {
    event.preventDefault();
    const at = new Date(String(new FormData(event.currentTarget).get('at'))).getTime();
    if (Number.isNaN(at)) return;
    const path = `/api/v1/coverage?device=${encodeURIComponent(device)}&from=${at}&to=${at + 60_000}&step=60000`;
    const items = await getJson(path).then(
      (found) => found.items,
      () => undefined,
    );
    setAnswer({ at, items });
  };
  return html`<details class="ask">
    <summary>Was the check running at a time?</summary>
    <form onSubmit=${ask}>
      <label>Date and time <input type="datetime-local" name="at" required /></label>
      <button aria-label="Show whether the check was running">Show</button>
    </form>
    ${answer && html`<ul role="status">${sentences(answer, now).map((text) => html`<li key=${text}>${text}</li>`)}</ul>`}
  </details>`;
}

function sentences({ at, items }, now) {
  if (items === undefined) return ['The collector did not answer. Ask again.'];
  if (items.length === 0) return [`${time(at, now)}: no record of this time.`];
  return items.map((item) => {
    const yes = item.blindMs + item.unknownMs === 0 && item.inspectedMs > 0;
    const part = item.inspectedMs > 0 ? 'partly inspected' : item.blindMs > 0 ? 'not inspected' : 'not known';
    const why = item.reasons.map((row) => reason(row.reason)).join(', ');
    return `${time(at, now)}, ${item.camera}, ${item.model}: ${yes ? 'inspected' : `${part}${why && `: ${why}`}`}`;
  });
}
