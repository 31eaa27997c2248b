/** Codes as words, in the language of the page. An unknown code of a newer device is shown as it is. */
import { COMMON_TEXTS } from './common-texts.js';
import { language, locale, translator } from './language.js';
import { VOCABULARY } from './generated/vocabulary.js';

const t = translator(COMMON_TEXTS);
const inLanguage = (words) => words?.[language()] ?? words?.en;

/** `bare_head` -> `bare head` */
export const plain = (code) => String(code).replaceAll('_', ' ');

/** `bare_head` -> `Bare head` */
export const title = (code) => plain(code).replace(/^./, (first) => first.toUpperCase());

/** Kinds that the vocabulary knows, and those of these events that it does not know. */
export const kindsOf = (events) => [...new Set([...Object.keys(VOCABULARY.kinds), ...events.map(({ kind }) => kind)])];

export const kindWord = (code) => inLanguage(VOCABULARY.kinds[code]) ?? title(code);

export const severityWord = (code) => inLanguage(VOCABULARY.severities[code]) ?? title(code);

/** A step of an event: opened, updated, closed. */
export const phaseWord = (code) => inLanguage(VOCABULARY.phases[code]) ?? plain(code);

const TONES = { info: 'idle', warning: 'warn', critical: 'bad' };

/** Tone of a severity; that of a severity which is not known is neutral. */
export const severityTone = (code) => TONES[code] ?? 'idle';

/** Why an event closed, a frame was not inspected, or a result is degraded. */
export const reason = (code) => inLanguage(VOCABULARY.reasons[code]) ?? plain(code);

/** The same where the code is known, else undefined. */
export const knownReason = (code) => inLanguage(VOCABULARY.reasons[code]);

/** What an event reports, in the words of its rule; undefined for a rule that is not known. */
export function sentence({ ruleType }, isOpen) {
  const words = VOCABULARY.rules[ruleType];
  return inLanguage(isOpen ? words?.opened : words?.closed);
}

/** The rule of an event: its id, with the title of its type where that is known. */
export function ruleText({ rule, ruleType }) {
  const words = inLanguage(VOCABULARY.rules[ruleType]?.title);
  return words === undefined ? rule : `${rule} (${words})`;
}

/** The details of an event as pairs of name and value. */
export function detailRows({ ruleType, details }) {
  const words = { ...VOCABULARY.details, ...VOCABULARY.rules[ruleType]?.details };
  return Object.entries(details ?? {}).map(([name, value]) => [
    inLanguage(words[name]) ?? spaced(name),
    detailText(value),
  ]);
}

/** A value in words: a reason code as the reason, yes and no, and numbers with at most three decimals. */
function detailText(value) {
  if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
  if (typeof value === 'number') return value.toLocaleString(locale(), { maximumFractionDigits: 3 });
  return Object.hasOwn(VOCABULARY.reasons, value) ? reason(value) : String(value);
}

/** `framesAbsent` -> `Frames absent` */
const spaced = (name) => title(name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase());
