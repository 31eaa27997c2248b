import { html } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { ago, number, percent, span } from '/common/format.js';
import { t } from './language.js';

const fractionText = (fraction) => (fraction === undefined ? undefined : percent(fraction, 1));

/** What the line makes in this shift, and where it stands now with the reason. */
export function Production({ production, nowMs }) {
  const { shift, counted, planned, plannedByNow, stops } = production;
  const behind = planned !== undefined && counted < plannedByNow;
  const state = stops.length > 0 ? ['bad', t('stopped')] : behind ? ['warn', t('behindPlan')] : undefined;
  return html`
    <section class="card panel" aria-labelledby="production-title" data-production>
      <h2 id="production-title">${t('production')}</h2>
      <p class="row-head">
        <b>${t('countedPieces', { count: counted })}</b>${state && html`<${Chip} tone=${state[0]}>${state[1]}<//>`}
      </p>
      ${production.planProblem && html`<p class="small warn">${t('planUnread', { why: production.planProblem })}</p>`}
      ${production.weighedBy && html`<p class="small warn" data-weight>${weighedBy(production.weighedBy)}</p>`}
      ${stops.map(
        (stop) => html`
          <p class="small bad" key=${stop.event}>
            ${t('stoodFor', {
              place: `${stop.camera}${stop.zone === undefined ? '' : `, ${stop.zone}`}`,
              span: span(Math.max(0, nowMs - stop.sinceMs)),
              reason: stop.reason ?? stop.state ?? t('noReasonKnown'),
            })}
          </p>
        `,
      )}
      <${Facts}
        rows=${[
          [t('shift'), shift],
          [
            t('plan'),
            planned === undefined
              ? undefined
              : t('planText', { planned, byNow: plannedByNow, reached: percent(counted, planned) }),
          ],
          [
            t('rate'),
            production.perMinute === undefined ? undefined : t('perMinute', { rate: number(production.perMinute) }),
          ],
          [t('lineUtilisation'), fractionText(production.utilisation)],
          [t('staffUtilisation'), fractionText(production.staffUtilisation)],
          [t('product'), [production.productName, production.product].filter(Boolean).join(', ') || undefined],
          [t('targetWeight'), production.targetWeight && limits(production.targetWeight)],
          [t('batch'), production.batch],
          [
            t('recipe'),
            production.recipe === undefined
              ? undefined
              : t('recipeSet', { recipe: production.recipe, ago: ago(production.recipeSinceMs, nowMs) }),
          ],
        ]}
      />
    </section>
  `;
}

/** `500 (−15, +20)`; what is not known is left out. */
function limits({ weight, under, over }) {
  const allowed = [under && `−${number(under)}`, over && `+${number(over)}`].filter(Boolean);
  return `${number(weight)}${allowed.length === 0 ? '' : ` (${allowed.join(', ')})`}`;
}

function weighedBy(rules) {
  const list = rules.map(
    ({ rule, nominal, tolerance, maxOver }) =>
      `${rule}: ${limits({ weight: nominal, under: tolerance, over: maxOver })}`,
  );
  return t('weighedByOther', { list: list.join('; ') });
}
