import { plain, reason, severityTone } from '/common/codes.js';
import { span } from '/common/format.js';
import { t } from './language.js';

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
      word: t('noLines'),
      tone: 'idle',
      sign: '…',
      text: t('makeCredential', { command: 'lineside-collector device add line-1' }),
    };
  }
  const [first, ...others] = findingsOf(seen);
  if (first === undefined) return good(devices);
  if (first.isEvents !== true || others.length > 0) return first;
  const { word, text } = good(devices);
  return { ...first, word: `${word}, ${first.word}`, text: t('withOpen', { text, list: first.text }) };
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
    const line = lines.get(event.device) ?? event.device;
    return t('openEventAt', { line, what: plain(event.label ?? event.rule), camera: event.camera, span: span(openMs) });
  });
  const more = severe.length > NAMED ? [t('andMore', { count: severe.length - NAMED })] : [];
  const sign = worst.tone === 'bad' ? '✕' : '!';
  return [
    {
      word: t('openEvents', { n: severe.length }),
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
  const texts = [...new Set(rows.map((row) => t('cameraBecause', { ...row, reason: reason(row.reason) })))];
  const more = texts.length - NAMED;
  return [...texts.slice(0, NAMED), ...(more > 0 ? [t('andMore', { count: more })] : [])].join('; ');
}

const camerasOf = (rows) => new Set(rows.map((row) => `${row.line}/${row.camera}`)).size;

function notInspected(devices) {
  const rows = camerasIn(devices, 'not_inspecting');
  if (rows.length === 0) return [];
  const word = t('camerasNotInspected', { n: camerasOf(rows) });
  return [{ word, tone: 'bad', sign: '✕', text: named(rows) }];
}

function unknown(devices) {
  const rows = camerasIn(devices, 'unknown');
  if (rows.length === 0) return [];
  const word = t('camerasUnknown', { n: camerasOf(rows) });
  return [{ word, tone: 'warn', sign: '?', text: named(rows) }];
}

function unsound(devices, gaps, nowMs) {
  const recent = (rows) => rows.filter(({ atMs }) => nowMs - atMs < RECENT_MS).length;
  const conflicts = recent(gaps.conflicts);
  const breaks = recent(gaps.chainBreaks);
  const shared = devices.filter(({ identityConflict }) => identityConflict);
  const problems = [
    ...(shared.length > 0 ? [t('sharedIdentity', { list: shared.map(({ device }) => device).join(', ') })] : []),
    ...(conflicts > 0 ? [t('recordsChanged', { n: conflicts })] : []),
    ...(breaks > 0 ? [t('linksDiffer', { n: breaks })] : []),
  ];
  if (problems.length === 0) return [];
  const text = problems.join('; ').replace(/^./, (first) => first.toUpperCase());
  return [{ word: t('checkRecords'), tone: 'bad', sign: '✕', text }];
}

function incomplete(store) {
  if (store.gapsOpen === 0) return [];
  return [
    {
      word: t('recordsMissing'),
      tone: 'warn',
      sign: '!',
      text: t('recordsNotArrived', { n: store.missing }),
    },
  ];
}

function offline(devices) {
  const silent = devices.filter(({ link }) => link !== 'online');
  if (silent.length === 0) return [];
  return [
    {
      word: t('linesNotOnline', { silent: silent.length, n: devices.length }),
      tone: 'warn',
      sign: '!',
      text: t('knownLater', { list: silent.map(nameOf).join(', ') }),
    },
  ];
}

function good(devices) {
  const tone = { tone: 'good', sign: '✓' };
  if (devices.every(({ inspecting }) => inspecting === 'inspecting')) {
    const word = devices.length === 1 ? t('lineInspected') : t('linesInspected', { count: devices.length });
    return { ...tone, word, text: t('everyCamera') };
  }
  const waiting = devices.filter(({ inspecting }) => inspecting !== 'inspecting').map(nameOf);
  return {
    word: devices.length === 1 ? t('lineOnline') : t('linesOnline', { count: devices.length }),
    tone: 'idle',
    sign: '…',
    text: t('notReported', { list: waiting.join(', '), n: waiting.length }),
  };
}
