import { html } from '/vendor/preact.js';
import { language } from '/common/language.js';
import { t } from './language.js';
import { PROBLEM_TEXTS } from './problem-texts.js';

/**
 * Why something was not done: a text of this page, or an error. The collector says it in English; in another language the page knows
 * its codes, and shows the collector's sentence, which has the names and figures, beside its own.
 */
export function Problem({ problem }) {
  if (problem === undefined) return null;
  return html`<p class="small bad" role="alert">${typeof problem === 'string' ? problem : html`<${Said} error=${problem} />`}</p>`;
}

function Said({ error: { code, message } }) {
  // Without a code there was no answer, and the message is that of the browser.
  if (code === undefined) return t('noAnswer');
  if (language() === 'en') return message;
  const own = PROBLEM_TEXTS[code]?.[language()];
  if (own === undefined) return html`<span lang="en">${message}</span>`;
  return html`${own} <span class="original" lang="en">${message}</span>`;
}
