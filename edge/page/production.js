import { html } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { ago, number, percent, span } from '/common/format.js';

const fractionText = (fraction) => (fraction === undefined ? undefined : percent(fraction, 1));

/** What the line makes in this shift, and where it stands now with the reason. */
export function Production({ production, nowMs }) {
  const { shift, counted, planned, plannedByNow, stops } = production;
  const behind = planned !== undefined && counted < plannedByNow;
  const state = stops.length > 0 ? ['bad', 'Stopped'] : behind ? ['warn', 'Behind the plan'] : undefined;
  return html`
    <section class="card panel" aria-labelledby="production-title" data-production>
      <h2 id="production-title">Production</h2>
      <p class="row-head">
        <b>${number(counted)} counted</b>${state && html`<${Chip} tone=${state[0]}>${state[1]}<//>`}
      </p>
      ${stops.map(
        (stop) => html`
          <p class="small bad" key=${stop.event}>
            ${stop.camera}${stop.zone === undefined ? '' : `, ${stop.zone}`} has stood for
            ${' '}${span(Math.max(0, nowMs - stop.sinceMs))}: ${stop.reason ?? stop.state ?? 'no reason is known'}
          </p>
        `,
      )}
      <${Facts}
        rows=${[
          ['Shift', shift],
          [
            'Plan',
            planned === undefined
              ? undefined
              : `${number(planned)}; by now ${number(plannedByNow)}, ${percent(counted, planned)} reached`,
          ],
          ['Rate', production.perMinute === undefined ? undefined : `${production.perMinute} a minute`],
          ['Line utilisation', fractionText(production.utilisation)],
          ['Staff utilisation', fractionText(production.staffUtilisation)],
          ['Product', production.product],
          ['Batch', production.batch],
          [
            'Recipe',
            production.recipe === undefined
              ? undefined
              : `${production.recipe}, set ${ago(production.recipeSinceMs, nowMs)}`,
          ],
        ]}
      />
    </section>
  `;
}
