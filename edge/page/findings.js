import { html } from '/vendor/preact.js';
import { knownReason } from '/common/codes.js';
import { language } from '/common/language.js';
import { FINDING_TEXTS } from './finding-texts.js';
import { t } from './language.js';

/**
 * A finding in the language of the page. The device says what is wrong in English, with its figures; in another language the
 * page knows the codes, and shows the device's own words beside them.
 */
export function findingText({ code, message, advice }) {
  if (language() === 'en') return { message, advice };
  const known = FINDING_TEXTS[code]?.[language()];
  const title = known?.message ?? knownReason(code) ?? knownReason(`camera_${code}`);
  if (title === undefined) return { message, advice };
  return { message: title, advice: known?.advice ?? advice, original: message };
}

/** What is wrong, worst first, with what to try. */
export function Findings({ health }) {
  const all = [
    ...health.reasons
      .filter((finding) => finding.code !== 'starting')
      .map((finding) => ({ ...finding, tone: finding.code === 'engine_building' ? 'warn' : 'bad' })),
    ...health.warnings.map((finding) => ({ ...finding, tone: 'warn' })),
  ];
  if (all.length === 0) return null;
  return html`
    <section aria-labelledby="findings-title">
      <h2 id="findings-title" class="unseen">${t('whatIsWrong')}</h2>
      <ul class="findings">
        ${all.map((finding) => html`<${Finding} key=${`${finding.code} ${finding.camera ?? ''}`} finding=${finding} />`)}
      </ul>
    </section>
  `;
}

function Finding({ finding }) {
  const { message, advice, original } = findingText(finding);
  return html`
    <li class=${finding.tone} data-code=${finding.code}>
      <b>${finding.camera ? `${finding.camera}: ` : ''}${message}</b>
      ${original && html`<span class="original" lang="en">${original}</span>`}
      <span>${t('try')} ${advice}</span>
    </li>
  `;
}
