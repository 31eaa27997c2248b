import { urlLogin } from '@lineside/kit';
import { subjectOf, textOf } from './message.ts';
import type { AlertSender } from './sender.ts';

const CONNECT_MS = 8_000;

/** `mqtt://USER:PASSWORD@HOST/TOPIC`: one JSON document at QoS 1; `id` is the same when it comes again. */
export const mqttSender: AlertSender = {
  schemes: ['mqtt', 'mqtts'],
  problem: ({ pathname, hash }) =>
    /^\/[^+]*[^+/]$/.test(pathname) && hash === '' ? undefined : 'names no topic: write mqtt://HOST/TOPIC',
  send: async ({ url: text }, message, signal) => {
    const { connectAsync } = await import('mqtt');
    const topic = decodeURIComponent(new URL(text).pathname.slice(1));
    const { url, ...login } = urlLogin(text);
    const at = new URL(url);
    at.pathname = '';
    at.search = '';
    const client = await connectAsync(at.href, {
      ...{ ...login, protocolVersion: 5, reconnectPeriod: 0, connectTimeout: CONNECT_MS },
      clientId: `${message.device}-alerts-${message.id.slice(-12)}`,
    });
    const end = (): void => void client.end(true);
    signal.addEventListener('abort', end, { once: true });
    try {
      signal.throwIfAborted();
      const body = { v: 1, ...message, subject: subjectOf(message), text: textOf(message) };
      await client.publishAsync(topic, JSON.stringify(body), { qos: 1 });
    } finally {
      signal.removeEventListener('abort', end);
      await client.endAsync();
    }
  },
};
