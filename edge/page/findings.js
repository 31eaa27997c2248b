import { html } from '/vendor/preact.js';
import { knownReason } from '/common/codes.js';
import { language } from '/common/language.js';
import { ERROR_TEXTS } from './error-texts.js';
import { FINDING_TEXTS } from './finding-texts.js';
import { t } from './language.js';

/**
 * What the device says, in the language of the page. The device says it in English; in another language the page knows the
 * codes, puts the names and figures of the device (`args`) into its own text, and shows the words of the device beside it where
 * they say more. Codes of the stream of a camera are their own.
 */
export function findingText({ code, message, advice, args = {}, camera }, about) {
  if (language() === 'en') return { message, advice };
  const isStream = about === 'camera' || camera !== undefined;
  const all = { ...ERROR_TEXTS, ...FINDING_TEXTS };
  const known = ((isStream ? all[`stream_${code}`] : undefined) ?? all[code])?.[language()];
  const title = known === undefined ? knownReason(code) : filled(known.message, args);
  if (title === undefined) return { message, advice };
  const says = { message: title, advice: known === undefined ? advice : filled(known.advice, args) };
  const isWhole = known?.whole === true && !/\{\w+\}/.test(title);
  return isWhole ? says : { ...says, original: message };
}

const filled = (text, args) => text.replaceAll(/\{(\w+)\}/g, (place, name) => String(args[name] ?? place));

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

/** One error with what to try. */
export function Trouble({ error, about }) {
  const { message, advice, original } = findingText(error, about);
  return html`<p class="advice"><b lang=${original === undefined && message === error.message ? 'en' : undefined}>${message}</b> ${original && html`<span class="original" lang="en">${original}</span> `}<span>${t('try')} ${advice}</span></p>`;
}
