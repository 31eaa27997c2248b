import { urlLogin } from '@lineside/kit';
import { subjectOf, textOf } from './message.ts';
import type { AlertSender } from './sender.ts';

const ANSWER_MS = 10_000;

/** `smtp://USER:PASSWORD@HOST:587` (STARTTLS where the server has it), `smtps://` with TLS from the first byte on. */
export const smtpSender: AlertSender = {
  schemes: ['smtp', 'smtps'],
  problem: ({ search }) => (search === '' ? undefined : 'has a query: write the addresses as from and to'),
  send: async ({ url: text, from, to }, message, signal) => {
    const { createTransport } = await import('nodemailer');
    const { url, username, password } = urlLogin(text);
    const { hostname, port } = new URL(url.replace(/^smtps?:/, 'http:'));
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
        ...{ from, to: [...(to ?? [])] },
        ...{ subject: subjectOf(message), text: textOf(message), messageId: `<${message.id}@lineside>` },
        headers: { 'auto-submitted': 'auto-generated' },
      });
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  },
};
