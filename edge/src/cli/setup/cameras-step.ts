import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { SecretResolver, SecretText, splitLogin } from '@lineside/kit';
import { editLine } from '../../config/index.ts';
import { coded } from '../exit.ts';
import { CliError, UsageError } from '../errors.ts';
import { findCamera } from './find-cameras.ts';
import type { SetupSession } from './session.ts';

/** Cameras, each tried with a picture before it is taken. */
export async function camerasStep(session: SetupSession): Promise<void> {
  const { flags, questions, texts } = session;
  for (const text of flags.camera) {
    const [, id = nextId(session), url = text] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    await add(session, id, url);
  }
  while (questions.canAsk && flags.camera.length === 0) {
    const known = session.config.config.cameras.map(({ id }) => id);
    const end = known.length === 0 ? '' : texts.orNone;
    if (known.length > 0) session.say(`  ${texts.cameras(known.join(', '))}`);
    const answer = await questions.ask(`${texts.askCamera}${end}`, known.length === 0 ? 'search' : 'none');
    if (answer === 'none' && known.length > 0) break;
    const isUrl = /^[a-z][a-z0-9+.-]*:\/\/|^lavfi:|\//i.test(answer);
    const url = isUrl ? answer : await findCamera(session, answer === 'search' ? [] : [answer]);
    if (url === undefined) continue;
    const id = await questions.ask(texts.askCameraName, nextId(session));
    try {
      await add(session, id, url);
    } catch (error) {
      if (coded(error).code === 'unexpected') throw error;
      session.complain(error);
    }
  }
  if (session.config.config.cameras.length === 0) {
    throw new CliError('no_cameras', texts.noCameras, 'lineside setup --camera rtsp://USER:PASSWORD@HOST/PATH');
  }
}

function nextId({ config: { config } }: SetupSession): string {
  const taken = new Set(config.cameras.map(({ id }) => id));
  for (let n = 1; ; n += 1) if (!taken.has(`camera-${n}`)) return `camera-${n}`;
}

/** Tries a camera, keeps its picture, and writes it into the configuration. Throws where nothing can be decoded. */
async function add(session: SetupSession, id: string, given: string): Promise<void> {
  const { io, configPath, dataDir } = session.context;
  if (!/^[\w.-]{1,64}$/.test(id)) throw new UsageError(session.texts.noCameraName(id), session.texts.writeName);
  const [{ probeFfmpeg }, { tryCamera }] = await Promise.all([
    import('../../camera/index.ts'),
    import('../../diagnostics/index.ts'),
  ]);
  const folder = dirname(configPath);
  const isPath = !/^[a-z][a-z0-9+.-]*:/i.test(given);
  const written = new SecretText(given, 'url');
  const resolved = new SecretResolver({ env: io.env, baseDir: folder }).url(written);
  const url = isPath ? resolve(io.cwd, resolved) : resolved;
  const capabilities = await probeFfmpeg('ffmpeg', io.signal);
  const trial = await tryCamera({
    ...{ url, transport: 'tcp', capabilities, durationMs: 1_000 },
    ...{ clock: io.clock, signal: io.signal },
  });
  const { codec, width, height } = trial.probe;
  const picture = join(dataDir, 'setup', `${id}.jpg`);
  await mkdir(dirname(picture), { recursive: true, mode: 0o750 });
  await writeFile(picture, trial.snapshot, { mode: 0o640 });
  session.say(`  ${id}: ${codec} ${width}x${height}, ${session.texts.picture}: ${picture}`);
  for (const advice of trial.advice) {
    session.say(`  ${session.texts.advice}: ${session.said({ ...advice, advice: '' }).message}`);
  }
  const { withReference, password } = splitLogin(isPath ? fromFolder(folder, url) : given, `\${file:./secrets/${id}}`);
  if (password !== undefined) await session.keepSecret(id, password);
  await session.change(editLine(session.config.text, { cameras: [{ id, url: withReference }] }));
}

/** A path that holds from the configuration's folder. */
function fromFolder(folder: string, path: string): string {
  const short = relative(folder, path);
  return short.startsWith('..') ? path : `./${short}`;
}
