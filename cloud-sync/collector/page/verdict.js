import { plain, reason, severityTone } from '/common/codes.js';
import { count, span } from '/common/format.js';

/** A problem with the records stays in the headline for a day, and in the list for ever. */
const RECENT_MS = 24 * 3_600_000;
/** Most cameras that the headline names. */
const NAMED = 4;

/** What is wrong, worst first: are the lines inspected, are the records sound and complete, are the devices online? */
export function findingsOf({ devices, store, gaps, open, nowMs }) {
  const events = openEvents(devices, open, nowMs);
  return [
    ...notInspected(devices),
    ...unsound(devices, gaps, nowMs),
    ...events.filter(({ tone }) => tone === 'bad'),
    ...unknown(devices),
    ...events.filter(({ tone }) => tone !== 'bad'),
    ...incomplete(store),
    ...offline(devices),
  ];
}

/** The headline: the worst finding, or that nothing is wrong. */
export function verdict(seen) {
  const { devices } = seen;
  if (devices.length === 0) {
    return {
      word: 'No lines yet',
      tone: 'idle',
      sign: '…',
      text: 'Make a credential for a device: lineside-collector device add line-1',
    };
  }
  const [first, ...others] = findingsOf(seen);
  if (first === undefined) return good(devices);
  if (first.isEvents !== true || others.length > 0) return first;
  const { word, text } = good(devices);
  return { ...first, word: `${word}, ${first.word}`, text: `${text}. Open: ${first.text}` };
}

/** Open events, in the colour of the most severe one; those that only inform are none. */
function openEvents(devices, open, nowMs) {
  const lines = new Map(devices.map((device) => [device.device, nameOf(device)]));
  const severe = open
    .map((event) => ({ ...event, tone: severityTone(event.severity) }))
    .filter(({ tone }) => tone !== 'idle')
    .sort((a, b) => Number(b.tone === 'bad') - Number(a.tone === 'bad'));
  const [worst] = severe;
  if (worst === undefined) return [];
  const texts = severe.slice(0, NAMED).map((event) => {
    const openMs = event.clock === 'synced' ? Math.max(event.durationMs, nowMs - event.openedAtMs) : event.durationMs;
    return `${lines.get(event.device) ?? event.device}, ${plain(event.label ?? event.rule)} at ${event.camera} for ${span(openMs)}`;
  });
  const more = severe.length > NAMED ? [`and ${severe.length - NAMED} more`] : [];
  const sign = worst.tone === 'bad' ? '✕' : '!';
  return [
    {
      word: count(severe.length, 'open event'),
      tone: worst.tone,
      sign,
      text: [...texts, ...more].join('; '),
      isEvents: true,
    },
  ];
}

const nameOf = ({ line, device }) => line ?? device;

/** Cameras of devices that are connected, in the given state. */
const camerasIn = (devices, state) =>
  devices
    .filter(({ link }) => link === 'online')
    .flatMap((device) =>
      device.inspection
        .filter(({ inspecting }) => inspecting === state)
        .map((row) => ({ ...row, line: nameOf(device) })),
    );

/** `Packing 1, camera belt: the camera refuses the connection`; the models of one camera with one reason count once. */
function named(rows) {
  const texts = [...new Set(rows.map((row) => `${row.line}, camera ${row.camera}: ${reason(row.reason)}`))];
  const more = texts.length - NAMED;
  return `${texts.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

const camerasOf = (rows) => new Set(rows.map((row) => `${row.line}/${row.camera}`)).size;

function notInspected(devices) {
  const rows = camerasIn(devices, 'not_inspecting');
  if (rows.length === 0) return [];
  const cameras = camerasOf(rows);
  const word = `${count(cameras, 'camera')} ${cameras === 1 ? 'is' : 'are'} not inspected`;
  return [{ word, tone: 'bad', sign: '✕', text: named(rows) }];
}

function unknown(devices) {
  const rows = camerasIn(devices, 'unknown');
  if (rows.length === 0) return [];
  const cameras = camerasOf(rows);
  const word = `Not known whether ${count(cameras, 'camera')} ${cameras === 1 ? 'is' : 'are'} inspected`;
  return [{ word, tone: 'warn', sign: '?', text: named(rows) }];
}

function unsound(devices, gaps, nowMs) {
  const recent = (rows) => rows.filter(({ atMs }) => nowMs - atMs < RECENT_MS).length;
  const conflicts = recent(gaps.conflicts);
  const breaks = recent(gaps.chainBreaks);
  const shared = devices.filter(({ identityConflict }) => identityConflict);
  const problems = [
    ...(shared.length > 0 ? [`two devices use the identity ${shared.map(({ device }) => device).join(', ')}`] : []),
    ...(conflicts > 0 ? [`${count(conflicts, 'record')} arrived again with changes`] : []),
    ...(breaks > 0 ? [`${count(breaks, 'link')} of a hash chain ${breaks === 1 ? 'does' : 'do'} not match`] : []),
  ];
  if (problems.length === 0) return [];
  const text = problems.join('; ').replace(/^./, (first) => first.toUpperCase());
  return [{ word: 'Check the records', tone: 'bad', sign: '✕', text }];
}

function incomplete(store) {
  if (store.gapsOpen === 0) return [];
  return [
    {
      word: 'Records are missing',
      tone: 'warn',
      sign: '!',
      text: `${count(store.missing, 'record')} have not arrived yet and were requested again`,
    },
  ];
}

function offline(devices) {
  const silent = devices.filter(({ link }) => link !== 'online');
  if (silent.length === 0) return [];
  return [
    {
      word: `${silent.length} of ${count(devices.length, 'line')} not online`,
      tone: 'warn',
      sign: '!',
      text: `${silent.map(nameOf).join(', ')}: whether they are inspected is not known until their records arrive`,
    },
  ];
}

function good(devices) {
  const tone = { tone: 'good', sign: '✓' };
  if (devices.every(({ inspecting }) => inspecting === 'inspecting')) {
    const word = devices.length === 1 ? 'The line is inspected' : `All ${devices.length} lines are inspected`;
    return { ...tone, word, text: 'Every camera is inspected, and no records are missing' };
  }
  const waiting = devices.filter(({ inspecting }) => inspecting !== 'inspecting').map(nameOf);
  return {
    word: devices.length === 1 ? 'The line is online' : `All ${devices.length} lines are online`,
    tone: 'idle',
    sign: '…',
    text: `${waiting.join(', ')}: ${waiting.length === 1 ? 'it has' : 'they have'} not reported yet that every camera is inspected`,
  };
}
