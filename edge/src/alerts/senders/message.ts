import type { Language } from '@lineside/protocol/vocabulary';
import type { AlertLine, AlertMessage } from './alert-types.ts';

interface Texts {
  readonly alert: string;
  readonly over: string;
  readonly critical: string;
  readonly todo: string;
  readonly test: string;
  readonly nothing: string;
  readonly more: (count: number) => string;
  readonly from: (line: string, device: string) => string;
  readonly id: (id: string) => string;
}

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    ...{ alert: 'alert', over: 'over', critical: 'CRITICAL', todo: 'Do' },
    test: 'this is a test: alerts of this device arrive here',
    nothing: 'nothing needs to be done',
    more: (count) => `and ${count} more`,
    from: (line, device) => `Line ${line} (device ${device})`,
    id: (id) => `Message ${id}`,
  },
  ru: {
    ...{ alert: 'сигнал', over: 'прошло', critical: 'КРИТИЧНО', todo: 'Что делать' },
    test: 'это проверка: сигналы этого устройства приходят сюда',
    nothing: 'ничего делать не нужно',
    more: (count) => `и ещё ${count}`,
    from: (line, device) => `Линия ${line} (устройство ${device})`,
    id: (id) => `Сообщение ${id}`,
  },
};

/** One line of an e-mail, or the title of a chat message. */
export function subjectOf({ line, lines, language = 'en' }: AlertMessage): string {
  const texts = TEXTS[language];
  const began = lines.filter(({ phase }) => phase === 'began');
  const [first] = began.length > 0 ? began : lines;
  const more = lines.length > 1 ? ` (${texts.more(lines.length - 1)})` : '';
  return `[${line}] ${first === undefined ? texts.alert : `${headOf(first, texts)}${more}`}`;
}

/** The complete message for people. */
export function textOf(message: AlertMessage): string {
  const { device, line, lines, id, language = 'en' } = message;
  const texts = TEXTS[language];
  const parts = lines.map((one) => {
    const advice = one.phase === 'began' ? `\n  ${texts.todo}: ${one.advice}` : '';
    return `${new Date(one.atMs).toISOString()} ${one.critical ? `${texts.critical} ` : ''}${headOf(one, texts)}${advice}`;
  });
  return [texts.from(line, device), '', ...parts, '', texts.id(id)].join('\n');
}

function headOf({ phase, text }: AlertLine, { over }: Texts): string {
  return phase === 'began' ? text : `${over}: ${text}`;
}

/** Whose message it is, and in which language. */
export interface AlertSite {
  readonly device: string;
  readonly line: string;
  readonly language: Language;
}

/** A message that says that alerts arrive. */
export function testMessage({ device, line, language }: AlertSite, nowMs: number): AlertMessage {
  const { test: text, nothing: advice } = TEXTS[language];
  const lines: readonly AlertLine[] = [
    { key: 'test', kind: 'not_inspecting', critical: false, text, advice, phase: 'began', atMs: nowMs },
  ];
  return { id: `${device}-test-${nowMs}`, device, line, language, atMs: nowMs, lines };
}
