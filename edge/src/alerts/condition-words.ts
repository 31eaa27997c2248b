import { BLIND_REASONS, EVENT_KINDS, type Language } from '@lineside/protocol/vocabulary';
import type { EventView, Finding } from '../status/index.ts';
import type { FindingTexts } from './finding-texts.ts';

/** What is wrong and what to do about it, for people. */
export interface Said {
  readonly text: string;
  readonly advice: string;
}

/** The words in which conditions are reported. */
export interface ConditionWords {
  notInspecting(first: Finding | undefined): Said;
  queueOld(stream: string, queued: number): Said;
  finding(finding: Finding): Said;
  camera(camera: string, finding: Finding): Said;
  event(event: EventView): Said;
}

const ENGLISH: ConditionWords = {
  notInspecting: (first) => ({
    text: `not inspecting: ${first?.message ?? 'nothing is inspected'}`,
    advice: first?.advice ?? 'lineside doctor',
  }),
  queueOld: (stream, queued) => ({
    // Without its age, which would be another text every minute.
    text: `${stream}: records wait for the collector for too long (${queued} when this was noticed)`,
    advice: 'lineside doctor, lineside sync status',
  }),
  finding: ({ message, advice }) => ({ text: message, advice }),
  camera: (camera, { message, advice }) => ({ text: `camera ${camera}: ${message}`, advice }),
  event: (event) => ({
    text: `${event.kind.replaceAll('_', ' ')}: ${event.label} at ${placeOf(event)} (rule ${event.rule})`,
    advice: `lineside events show ${event.event}`,
  }),
};

const STREAMS: Readonly<Record<string, string>> = {
  events: 'события',
  telemetry: 'телеметрия',
  audit: 'журнал действий',
};

function russian(texts: FindingTexts): ConditionWords {
  const say = ({ code, message, advice }: Finding): Said => {
    const known = texts[code];
    const reasons: Readonly<Record<string, { readonly ru: string }>> = BLIND_REASONS;
    const title = known?.message ?? reasons[code]?.ru ?? reasons[`camera_${code}`]?.ru;
    if (title === undefined) return { text: message, advice };
    // Figures, addresses and causes are in the device's own words alone.
    const details = /[\d:]/.test(message) ? ` (${message})` : '';
    return { text: `${title}${details}`, advice: known?.advice ?? advice };
  };
  return {
    notInspecting: (first) => {
      const said = first === undefined ? { text: 'ничего не проверяется', advice: 'lineside doctor' } : say(first);
      return { text: `линия не проверяется: ${said.text}`, advice: said.advice };
    },
    queueOld: (stream, queued) => ({
      text: `${STREAMS[stream] ?? stream}: записи слишком долго ждут отправки на сборщик (${queued}, когда это замечено)`,
      advice: 'lineside doctor, lineside sync status',
    }),
    finding: say,
    camera: (camera, finding) => {
      const said = say(finding);
      return { text: `камера ${camera}: ${said.text}`, advice: said.advice };
    },
    event: (event) => {
      const kinds: Readonly<Record<string, { readonly ru: string }>> = EVENT_KINDS;
      const kind = kinds[event.kind]?.ru ?? event.kind;
      return {
        text: `${kind}: ${event.label}, ${placeOf(event)} (правило ${event.rule})`,
        advice: `lineside events show ${event.event}`,
      };
    },
  };
}

function placeOf({ camera, zone }: EventView): string {
  return zone === undefined ? camera : `${camera}/${zone}`;
}

/** The words of a language; `texts` are those of the status page for what the device says in English. */
export function conditionWords(language: Language, texts: FindingTexts): ConditionWords {
  return language === 'en' ? ENGLISH : russian(texts);
}
