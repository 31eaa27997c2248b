/** The vision process. It keeps nothing that matters: it may be killed at any time and is started again. */
import { LinesideError, type Logger, messageOf, systemClock } from '@lineside/kit';
// At once, because frames would be held up by its loading.
import 'sharp';
import { VisionWorker } from './vision-worker.ts';
import { isVisionErrorCode } from './errors.ts';
import { type FromVision, isToVision, type ToVision } from './messages.ts';

const HEARTBEAT_MS = 500;

/** Sends to the main process; resolves when the message has been handed over, or when the main process no longer listens. */
function send(message: FromVision): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}

/** Log lines go through the main process, which knows the level and the place. */
function remoteLogger(base: object): Logger {
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (facts: object, message: string): void => {
      void send({ type: 'log', level, facts: { ...base, ...facts }, message });
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (facts) => remoteLogger({ ...base, ...facts }),
  };
}

/** Ends this process and its FFmpeg children at once: it leads their process group. Never aborts in native code. */
function dieWithChildren(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch (error) {
    console.error(`vision: no process group of its own: ${messageOf(error)}`);
    process.kill(process.pid, 'SIGKILL');
  }
}

async function serve(order: Extract<ToVision, { type: 'plan' }>, stop: AbortSignal): Promise<void> {
  const engine = new VisionWorker({
    order,
    send: (message) => void send(message),
    clock: systemClock,
    random: Math.random,
    logger: remoteLogger({}),
  });
  let changes = Promise.resolve();
  process.on('message', (message: unknown) => {
    if (!isToVision(message)) return;
    if (message.type === 'seen') engine.seen(message.camera, message.index);
    if (message.type === 'change') changes = changes.then(() => engine.change(message));
    if (message.type === 'picture') void answerPicture(engine, message);
    if (message.type === 'read') void engine.read(message.request);
    if (message.type === 'clip') void answerClip(engine, message);
    if (message.type === 'ask') void answerQuestion(engine, message);
  });
  const heart = setInterval(() => engine.beat(), HEARTBEAT_MS);
  await engine.run(stop);
  clearInterval(heart);
  const idle = await engine.close();
  // The last message of all: when it is through, so are those before it.
  await send({ type: 'heartbeat', skipped: [], offered: [] });
  if (!idle) dieWithChildren();
  process.disconnect();
}

async function answerPicture(
  engine: VisionWorker,
  { id, request }: Extract<ToVision, { type: 'picture' }>,
): Promise<void> {
  try {
    await send({ type: 'picture', id, picture: await engine.picture(request) });
  } catch (error) {
    const known = error instanceof LinesideError && isVisionErrorCode(error.code) ? error.code : 'picture_failed';
    await send({ type: 'no_picture', id, code: known, message: messageOf(error) });
  }
}

async function answerClip(engine: VisionWorker, { id, request }: Extract<ToVision, { type: 'clip' }>): Promise<void> {
  try {
    await send({ type: 'clip', id, clip: await engine.clip(request) });
  } catch (error) {
    const known = error instanceof LinesideError && isVisionErrorCode(error.code) ? error.code : 'no_clip';
    await send({ type: 'no_clip', id, code: known, message: messageOf(error) });
  }
}

async function answerQuestion(
  engine: VisionWorker,
  { id, question }: Extract<ToVision, { type: 'ask' }>,
): Promise<void> {
  try {
    await send({ type: 'answer', id, answer: engine.answer(question) });
  } catch (error) {
    const known = error instanceof LinesideError && isVisionErrorCode(error.code) ? error.code : 'camera_not_run';
    await send({ type: 'no_answer', id, code: known, message: messageOf(error) });
  }
}

const stop = new AbortController();
let started = false;
process.on('disconnect', () => {
  // After a stop everything has ended by now; otherwise the main process has died.
  if (!stop.signal.aborted) dieWithChildren();
});
process.on('uncaughtException', (error) => {
  console.error(error);
  dieWithChildren();
});
// Ctrl-C in a terminal reaches the whole group of the main process only, but a stray signal must not orphan FFmpeg.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, dieWithChildren);
process.on('message', (message: unknown) => {
  if (!isToVision(message)) return;
  if (message.type === 'stop') stop.abort();
  if (message.type !== 'plan' || started) return;
  started = true;
  void serve(message, stop.signal);
});
await send({ type: 'hello' });
