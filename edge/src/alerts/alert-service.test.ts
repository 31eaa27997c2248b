import { createServer, type Server } from 'node:http';
import { silentLogger, systemClock } from '@lineside/kit';
import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { startMosquitto } from '../../../tests/support/mosquitto.ts';
import { SmtpSink } from '../../../tests/support/smtp-sink.ts';
import { StatusWorld } from '../../../tests/support/status-world.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { type EventView, healthOf } from '../status/index.ts';
import { AlertService, type AlertSettings, AlertStore } from './index.ts';
import { ALERT_KINDS } from './senders/index.ts';

interface Received {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly lines: readonly { readonly phase: string; readonly key: string }[];
}

const cleanUp = new AsyncDisposableStack();
afterEach(() => cleanUp.disposeAsync().catch(() => undefined));

/** A webhook that answers what the test says. */
async function webhook(): Promise<{ received: Received[]; url: string; answer: { status: number }; server: Server }> {
  const received: Received[] = [];
  const answer = { status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (answer.status === 200) received.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Received);
      response.statusCode = answer.status;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { received, url: `http://user:geheim@127.0.0.1:${port}/hook`, answer, server };
}

const ADDRESSES = { from: 'line@example.com', to: ['shift@example.com', 'chief@example.com'] };

const settings = (targets: Readonly<Record<string, string>>, more: Partial<AlertSettings> = {}): AlertSettings => ({
  ...{ device: 'line-1', line: 'Packing 1', language: 'en', kinds: ALERT_KINDS, queueOlderThanMs: 3_600_000 },
  ...{ lastsMs: 50, groupMs: 100, isQuiet: () => false },
  targets: Object.entries(targets).map(([id, url]) => ({ id, end: () => ({ url, ...ADDRESSES }) })),
  ...more,
});

/** Runs the alerts of a line until it is stopped. */
function start(folder: string, world: StatusWorld, now: AlertSettings): () => Promise<void> {
  const stop = new AbortController();
  const service = new AlertService({
    ...{ store: new AlertStore(folder), settings: () => now, clock: systemClock, log: silentLogger, everyMs: 20 },
    look: () => ({ snapshot: world.snapshot(), health: healthOf(world.snapshot()) }),
    criticalEvents: (sinceMs) =>
      world.events_.filter((event: EventView) => event.severity === 'critical' && event.updatedAtMs >= sinceMs),
  });
  const ended = service.run(stop.signal);
  return async () => {
    stop.abort();
    await ended;
  };
}

const keysOf = (received: readonly Received[]): readonly string[] =>
  received.flatMap(({ lines }) => lines.map(({ phase, key }) => `${phase} ${key}`));

describe('alerts of a line', () => {
  it('arrive once, over restarts, while a target is down, and say when it is over', async () => {
    await using dir = await tempDir();
    const world = new StatusWorld(dir.join('world'));
    const hook = await webhook();
    const now = settings({ chat: hook.url });
    let stop = start(dir.path, world, now);
    // A first look, so that what happens from now on is new.
    await waitFor('the first state', async () => (await new AlertStore(dir.path).read()).eventsUptoMs > 0);
    world.visionDown = true;
    await waitFor('the alert', () => keysOf(hook.received).includes('began not_inspecting'));
    await stop();

    // Restarted while it lasts: nothing is said again.
    stop = start(dir.path, world, now);
    const event = await world.addEvent('people', 'personnel_violation', 'bare_head');
    await waitFor('the event', () => keysOf(hook.received).includes(`began event/${event.event}`));
    hook.answer.status = 503;
    world.visionDown = false;
    await waitFor('a message that nobody takes', async () => {
      const { outbox } = await new AlertStore(dir.path).read();
      return outbox.some(({ attempts }) => attempts > 0);
    });
    await stop();

    // Restarted with a message that was not taken: it is sent as soon as there is somebody.
    hook.answer.status = 200;
    const store = new AlertStore(dir.path);
    const state = await store.read();
    await store.write({ ...state, outbox: state.outbox.map((one) => ({ ...one, nextMs: 0 })) });
    stop = start(dir.path, world, now);
    await waitFor('the end', () => keysOf(hook.received).includes('ended not_inspecting'));
    await stop();
    const keys = keysOf(hook.received).filter((key) => !key.includes('camera_health'));
    expect(keys).toEqual(['began not_inspecting', `began event/${event.event}`, 'ended not_inspecting']);
    expect(new Set(hook.received.map(({ id }) => id)).size).toBe(hook.received.length);
    hook.server.close();
  });

  it('are in the language of the site, subject, text and advice', async () => {
    await using dir = await tempDir();
    await using mail = await SmtpSink.start();
    const world = new StatusWorld(dir.join('world'));
    const hook = await webhook();
    world.visionDown = true;
    const targets = { chat: hook.url, shift: `smtp://127.0.0.1:${mail.port}` };
    const stop = start(dir.path, world, settings(targets, { language: 'ru', kinds: ['not_inspecting'] }));
    await waitFor('both', () => hook.received.length > 0 && mail.mails.length > 0);
    const [first] = hook.received;
    expect(first?.subject).toMatch(/^\[Packing 1\] линия не проверяется: Процесс обработки видео не работает/);
    expect(first?.text).toMatch(/^Линия Packing 1 \(устройство line-1\)/);
    expect(first?.text).toMatch(/КРИТИЧНО линия не проверяется: .*\n {2}Что делать: Он перезапускается сам/);
    expect(decodedSubject(mail.mails[0]?.data ?? '')).toBe(first?.subject);
    world.visionDown = false;
    await waitFor('the end', () => hook.received.some(({ subject }) => subject.includes('прошло: линия')));
    await stop();
    hook.server.close();
  });

  it('go by MQTT and by e-mail, with the same id', async () => {
    await using dir = await tempDir();
    await using broker = await startMosquitto({ users: { line: 'right', plant: 'p' } });
    await using mail = await SmtpSink.start();
    const messages: Received[] = [];
    const plant = await connectAsync(broker.url, { username: 'plant', password: 'p' });
    plant.on('message', (_topic, payload) => void messages.push(JSON.parse(payload.toString()) as Received));
    await plant.subscribeAsync('plant/line1/alerts');
    const world = new StatusWorld(dir.join('world'));
    world.visionDown = true;
    const targets = {
      andon: `mqtt://line:right@127.0.0.1:${broker.port}/plant/line1/alerts`,
      shift: `smtp://127.0.0.1:${mail.port}`,
    };
    const stop = start(dir.path, world, settings(targets, { kinds: ['not_inspecting'] }));
    await waitFor('both', () => messages.length > 0 && mail.mails.length > 0);
    await stop();
    await plant.endAsync();
    const [first] = messages;
    const [letter] = mail.mails;
    expect(first?.subject).toMatch(/^\[Packing 1\] not inspecting: /);
    expect(letter?.to).toEqual(['shift@example.com', 'chief@example.com']);
    expect(letter?.data).toContain(`Message-ID: <${first?.id}@lineside>`);
    expect(letter?.data).toMatch(/Subject: \[Packing 1\] not inspecting/);
    expect([messages.length, mail.mails.length]).toEqual([1, 1]);
  });
});

/** The subject of an e-mail, whose words other than ASCII are encoded (RFC 2047). */
function decodedSubject(data: string): string {
  const [, folded = ''] = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(data) ?? [];
  return folded
    .replace(/\r?\n[ \t]/g, ' ')
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_all, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : Buffer.from(
            text
              .replaceAll('_', ' ')
              .replace(/=([0-9A-F]{2})/gi, (_code, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
            'latin1',
          ).toString('utf8'),
    );
}
