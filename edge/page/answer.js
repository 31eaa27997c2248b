import { html } from '/vendor/preact.js';
import { plain, severityTone } from '/common/codes.js';
import { span } from '/common/format.js';
import { findingText } from './findings.js';
import { t } from './language.js';
import { ANSWER, CAMERA } from './words.js';

const WORST_FIRST = ['bad', 'warn', 'idle', 'good'];
const SIGNS = { bad: '✕', warn: '!' };
/** Most open events that the headline names. */
const NAMED = 2;

/**
 * The headline, its colour and its reason. Open events are a part of it: an inspected line with a critical event is red,
 * with a warning it is yellow.
 */
export function answerOf(status) {
  const { word, tone, sign } = ANSWER[status.health.word];
  const open = (status.openEvents ?? status.events).filter((event) => event.state === 'open');
  const worst = WORST_FIRST.find((candidate) => open.some(({ severity }) => severityTone(severity) === candidate));
  const isWorse = SIGNS[worst] !== undefined && WORST_FIRST.indexOf(worst) < WORST_FIRST.indexOf(tone);
  return {
    word: open.length === 0 ? word : `${word}, ${t('openEvents', { n: open.length })}`,
    tone: isWorse ? worst : tone,
    sign: isWorse ? SIGNS[worst] : sign,
    text: `${ended(cause(status))} ${eventsText(open, status.atMs)}`,
  };
}

/** The one thing to see from three metres away. */
export function Answer({ status, connected }) {
  const { word, tone, sign, text } = answerOf(status);
  return html`
    <section class="answer ${connected ? tone : 'idle'}" aria-label=${t('isInspecting')}>
      <span class="sign" aria-hidden="true">${connected ? sign : '?'}</span>
      <div>
        <h1><span id="answer" role="status">${connected ? word : t('unknown')}</span></h1>
        <p>${connected ? text : t('lastKnown', { word: word.toLowerCase() })}</p>
      </div>
    </section>
  `;
}

/** The same on the other pages, in one line that leads back. */
export function AnswerLine({ status, connected }) {
  const { word, tone, sign } = answerOf(status);
  return html`<a href="#now" id="answer" class="answer-line ${connected ? tone : 'idle'}">
    <span aria-hidden="true">${connected ? sign : '?'}</span> ${connected ? word : t('unknown')}
  </a>`;
}

const ended = (text) => `${text.replace(/[.]$/, '')}.`;

/** `Open: bare head at people for 5 min; spill at floor for 20 s; and 3 more.` */
function eventsText(open, nowMs) {
  if (open.length === 0) return t('noOpenEvents');
  const worstFirst = open.toSorted(
    (a, b) => WORST_FIRST.indexOf(severityTone(a.severity)) - WORST_FIRST.indexOf(severityTone(b.severity)),
  );
  const named = worstFirst.slice(0, NAMED).map((event) => {
    const ms = event.clock === 'synced' ? Math.max(event.durationMs, nowMs - event.openedAtMs) : event.durationMs;
    return t('openEvent', { what: plain(event.label), camera: event.camera, span: span(ms) });
  });
  const more = open.length > NAMED ? [t('andMore', { count: open.length - NAMED })] : [];
  return t('openList', { list: [...named, ...more].join('; ') });
}

function cause({ cameras, health }) {
  const first = health.reasons[0] ?? (health.word === 'inspecting' ? undefined : health.warnings[0]);
  if (first !== undefined) return `${first.camera ? `${first.camera}: ` : ''}${findingText(first).message}`;
  const doubtful = cameras.filter(({ inspecting }) => inspecting !== 'inspecting');
  if (health.word !== 'inspecting' && doubtful.length > 0) {
    return doubtful.map(({ id, inspecting }) => `${id}: ${CAMERA[inspecting].word.toLowerCase()}`).join(', ');
  }
  return cameras.length === 1 ? t('oneInspected') : t('allInspected', { count: cameras.length });
}
