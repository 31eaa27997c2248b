import { html } from '/vendor/preact.js';
import { kindWord, plain } from '/common/codes.js';
import { number, span, time } from '/common/format.js';
import { t } from './language.js';

const SIGNS = { added: '+', removed: '−', changed: '~' };
const CHANGES = { added: 'wouldAdd', removed: 'wouldRemove', changed: 'wouldChange' };

/** What a change would have done to the events of the last hour, as the device has worked it out. */
export function Preview({ preview }) {
  const { changes, counts, rules, leftOut, results, fromAtMs, toAtMs } = preview;
  const lengthMs = toAtMs - fromAtMs;
  return html`<section class="preview" aria-labelledby="preview-title" data-preview>
    <h3 id="preview-title">${t('previewOf', { span: span(lengthMs) })}</h3>
    <p role="status">${['added', 'removed', 'changed'].map((kind) => `${t(CHANGES[kind])} ${number(counts[kind])}`).join(', ')}, ${t('wouldStay')} ${number(counts.unchanged)}</p>
    <ul class="preview-list">
      ${changes.map((change, k) => html`<${Change} key=${k} change=${change} />`)}
    </ul>
    <div class="scroll" tabindex="0" role="group" aria-label=${t('eventsByRule')}>
      <table>
        <thead><tr><th scope="col">${t('rule')}</th><th scope="col">${t('wereReported')}</th><th scope="col">${t('asNow')}</th><th scope="col">${t('withChange')}</th></tr></thead>
        <tbody>
          ${rules.map(({ rule, reported, before, after }) => html`<tr key=${rule}><th scope="row">${rule}</th><td>${number(reported)}</td><td>${number(before)}</td><td>${number(after)}</td></tr>`)}
        </tbody>
      </table>
    </div>
    <p class="small">${t('previewLimits', { results, rate: lengthMs > 0 ? Math.round((results * 10_000) / lengthMs) / 10 : 0 })}</p>
    ${leftOut.length > 0 && html`<p class="small warn">${t('previewLeftOut', { rules: leftOut.join(', ') })}</p>`}
  </section>`;
}

function Change({ change }) {
  const event = change.event ?? change.after;
  const { kind, label, zone, rule, openedAtMs, closedAtMs } = event;
  const place = zone === undefined ? '' : `, ${zone}`;
  return html`<li data-change=${change.change}>
    <b>${SIGNS[change.change]} ${t(CHANGES[change.change])}</b> ${time(openedAtMs)} ${closedAtMs !== undefined && span(closedAtMs - openedAtMs)}
    <span> ${kindWord(kind)}: ${plain(label)}${place}, ${rule}</span>
    ${change.before && html`<span class="small"> ${time(change.before.openedAtMs)}</span>`}
  </li>`;
}
