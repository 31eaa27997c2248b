import { LANGUAGES, translator } from '/common/language.js';
import { TEXTS } from './texts.js';

/** Texts of this page by key. */
export const t = translator(TEXTS);

const KEY = 'language';

/** The language that was chosen in this browser, else the first of its own that the page has. */
export function firstLanguage() {
  const wanted = [localStorage.getItem(KEY), ...window.navigator.languages.map((tag) => tag.split('-')[0])];
  return wanted.find((name) => name !== null && Object.hasOwn(LANGUAGES, name)) ?? 'en';
}

/** Shows the page in this language, and keeps the choice in this browser. */
export function keepLanguage(name) {
  localStorage.setItem(KEY, name);
  document.documentElement.lang = name;
}
