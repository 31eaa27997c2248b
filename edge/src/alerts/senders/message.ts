import type { AlertLine, AlertMessage } from './alert-types.ts';

/** One line of an e-mail, or the title of a chat message. */
export function subjectOf({ line, lines }: AlertMessage): string {
  const began = lines.filter(({ phase }) => phase === 'began');
  const [first] = began.length > 0 ? began : lines;
  const more = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
  return `[${line}] ${first === undefined ? 'alert' : `${headOf(first)}${more}`}`;
}

/** The complete message for people. */
export function textOf(message: AlertMessage): string {
  const { device, line, lines, id } = message;
  const parts = lines.map((one) => {
    const advice = one.phase === 'began' ? `\n  Do: ${one.advice}` : '';
    return `${new Date(one.atMs).toISOString()} ${one.critical ? 'CRITICAL ' : ''}${headOf(one)}${advice}`;
  });
  return [`Line ${line} (device ${device})`, '', ...parts, '', `Message ${id}`].join('\n');
}

function headOf({ phase, text }: AlertLine): string {
  return phase === 'began' ? text : `over: ${text}`;
}

/** A message that says that alerts arrive. */
export function testMessage(device: string, line: string, nowMs: number): AlertMessage {
  const text = 'this is a test: alerts of this device arrive here';
  const advice = 'nothing needs to be done';
  const lines: readonly AlertLine[] = [
    { key: 'test', kind: 'not_inspecting', critical: false, text, advice, phase: 'began', atMs: nowMs },
  ];
  return { id: `${device}-test-${nowMs}`, device, line, atMs: nowMs, lines };
}
