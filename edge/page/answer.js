import { plain, severityTone } from '/common/codes.js';
import { count, span } from '/common/format.js';
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
    word: open.length === 0 ? word : `${word}, ${count(open.length, 'open event')}`,
    tone: isWorse ? worst : tone,
    sign: isWorse ? SIGNS[worst] : sign,
    text: `${ended(cause(status))} ${eventsText(open, status.atMs)}`,
  };
}

const ended = (text) => `${text.replace(/[.]$/, '')}.`;

/** `Open: bare head at people for 5 min; spill at floor for 20 s; and 3 more.` */
function eventsText(open, nowMs) {
  if (open.length === 0) return 'No open events.';
  const worstFirst = open.toSorted(
    (a, b) => WORST_FIRST.indexOf(severityTone(a.severity)) - WORST_FIRST.indexOf(severityTone(b.severity)),
  );
  const named = worstFirst.slice(0, NAMED).map((event) => {
    const ms = event.clock === 'synced' ? Math.max(event.durationMs, nowMs - event.openedAtMs) : event.durationMs;
    return `${plain(event.label)} at ${event.camera} for ${span(ms)}`;
  });
  const more = open.length > NAMED ? [`and ${open.length - NAMED} more`] : [];
  return `Open: ${[...named, ...more].join('; ')}.`;
}

function cause({ cameras, health }) {
  const first = health.reasons[0] ?? (health.word === 'inspecting' ? undefined : health.warnings[0]);
  if (first !== undefined) return `${first.camera ? `${first.camera}: ` : ''}${first.message}`;
  const doubtful = cameras.filter(({ inspecting }) => inspecting !== 'inspecting');
  if (health.word !== 'inspecting' && doubtful.length > 0) {
    return doubtful.map(({ id, inspecting }) => `${id}: ${CAMERA[inspecting].word.toLowerCase()}`).join(', ');
  }
  return cameras.length === 1 ? 'The camera is being inspected' : `All ${cameras.length} cameras are being inspected`;
}
