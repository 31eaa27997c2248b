import { urlLogin } from '@lineside/kit';
import { subjectOf, textOf } from './message.ts';
import type { AlertSender } from './sender.ts';

const ANSWER_MS = 10_000;
const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;

/** `smtp://USER:PASSWORD@HOST:587?from=A&to=B,C` (STARTTLS where the server has it), `smtps://` from the first byte on. */
export const smtpSender: AlertSender = {
  schemes: ['smtp', 'smtps'],
  problem: ({ searchParams }) => {
    const [from, to] = [searchParams.get('from') ?? '', (searchParams.get('to') ?? '').split(',')];
    if (!ADDRESS.test(from)) return 'names no sender: write smtp://HOST?from=A@B&to=C@D';
    return to.every((address) => ADDRESS.test(address)) ? undefined : 'names no recipient: write ?from=A@B&to=C@D';
  },
  send: async (text, message, signal) => {
    const { createTransport } = await import('nodemailer');
    const { url, username, password } = urlLogin(text);
    const { hostname, port, searchParams } = new URL(url.replace(/^smtps?:/, 'http:'));
    const secure = /^smtps:/.test(text);
    const transport = createTransport({
      ...{ host: hostname, port: port === '' ? (secure ? 465 : 587) : Number(port), secure },
      ...{ connectionTimeout: ANSWER_MS, greetingTimeout: ANSWER_MS, socketTimeout: ANSWER_MS },
      ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    });
    const close = (): void => transport.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      signal.throwIfAborted();
      await transport.sendMail({
        ...{ from: searchParams.get('from') ?? '', to: (searchParams.get('to') ?? '').split(',') },
        ...{ subject: subjectOf(message), text: textOf(message), messageId: `<${message.id}@lineside>` },
        headers: { 'auto-submitted': 'auto-generated' },
      });
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  },
};
