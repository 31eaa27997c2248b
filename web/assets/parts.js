import { html, useEffect, useErrorBoundary, useRef } from '/vendor/preact.js';
import { COMMON_TEXTS } from './common-texts.js';
import { LANGUAGES, translator } from './language.js';

const t = translator(COMMON_TEXTS);

/** A word with its colour; the colour never says anything that the word does not. */
export const Chip = ({ tone, children }) =>
  html`<span class="chip ${tone}"><i aria-hidden="true"></i>${children}</span>`;

/** Rows of name and value; rows without a value are left out. */
export const Facts = ({ rows }) => html`
  <dl class="facts">
    ${rows
      .filter(([, value]) => value !== undefined && value !== '' && value !== false)
      .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>
`;

/** Each language is named in itself. */
export const LanguageChoice = ({ language, onLanguage }) => html`
  <p class="languages" role="group" aria-label=${t('language')}>
    ${Object.entries(LANGUAGES).map(
      ([code, name]) =>
        html`<button key=${code} type="button" lang=${code} aria-pressed=${String(code === language)} onClick=${() => onLanguage(code)}>${name}</button>`,
    )}
  </p>
`;

export const Switch = ({ on, onChange, children }) => html`
  <button type="button" class="switch" aria-pressed=${String(on)} onClick=${() => onChange(!on)}>${children}</button>
`;

/** A modal that is open while it is rendered; Escape, the button or a click beside it close it. */
export function Sheet({ label, onClose, children }) {
  const ref = useRef(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return html`
    <dialog
      ref=${ref}
      class="sheet"
      aria-label=${label}
      onClose=${onClose}
      onClick=${(event) => event.target === ref.current && ref.current.close()}
    >
      <div class="sheet-body">
        <button type="button" class="close" aria-label=${t('close')} onClick=${() => ref.current.close()}>✕</button>
        ${children}
      </div>
    </dialog>
  `;
}

/** What one part of the page can't show harms no other part: the others stay, and this one says that it failed. */
export function Guarded({ what, children }) {
  const [broken, retry] = useErrorBoundary();
  if (broken === undefined) return children;
  return html`<p class="broken" role="alert">
    ${t('cannotBeShown', { what, why: String(broken.message ?? broken) })} <button type="button" onClick=${retry}>${t('tryAgain')}</button>
  </p>`;
}
