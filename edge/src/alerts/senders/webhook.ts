import { urlLogin } from '@lineside/kit';
import { subjectOf, textOf } from './message.ts';
import type { AlertSender } from './sender.ts';

/** `https://HOST/PATH`: POST of one JSON document; `text` is what chat programs show. The id is in `Idempotency-Key` too. */
export const webhookSender: AlertSender = {
  schemes: ['http', 'https'],
  problem: () => undefined,
  send: async ({ url: text }, message, signal) => {
    const { url, username, password } = urlLogin(text);
    const login = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      signal,
      headers: {
        ...{ 'content-type': 'application/json', 'idempotency-key': message.id },
        ...(username === undefined ? {} : { authorization: `Basic ${login}` }),
      },
      body: JSON.stringify({ v: 1, ...message, subject: subjectOf(message), text: textOf(message) }),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the webhook answers ${answer.status}`);
  },
};
