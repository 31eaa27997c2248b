import { encodeUserPart } from '@lineside/kit';
import type { FoundCamera } from '../../onvif/index.ts';
import type { SetupSession } from './session.ts';

const WAIT_MS = 4_000;

/** Asks for cameras by ONVIF, those at `addresses` or the local network, and lets the person choose one. Its URL, with login; undefined for none. */
export async function findCamera(session: SetupSession, addresses: readonly string[]): Promise<string | undefined> {
  const { questions, context, texts } = session;
  const { discoverCameras } = await import('../../onvif/index.ts');
  session.say(`  ${addresses.length === 0 ? texts.searching : texts.askingCameras(addresses.join(', '))}`);
  const search = (login?: { readonly username: string; readonly password: string }, at = addresses) =>
    discoverCameras({ waitMs: WAIT_MS, networkInterface: undefined, addresses: at, login, signal: context.io.signal });
  const { cameras } = await search();
  if (cameras.length === 0) {
    session.say(`  ${texts.noCamera}`);
    return undefined;
  }
  session.say(cameras.map((camera, i) => `  ${i + 1}  ${lineOf(camera)}`).join('\n'));
  const chosen = await choose(session, texts.whichCamera, cameras);
  if (chosen === undefined) return undefined;
  const username = await questions.ask(texts.askUser);
  const password = username === '' ? '' : await questions.secret(texts.askPassword);
  const login = username === '' ? undefined : { username, password };
  const at = `${chosen.address}:${chosen.port}`;
  const known = login === undefined ? chosen : ((await search(login, [at])).cameras[0] ?? chosen);
  const streams = known.profiles.flatMap(({ url, ...about }) => (url === undefined ? [] : [{ url, ...about }]));
  if (streams.length === 0) {
    // What a camera says of itself is in English, or in its own words.
    const own = login === undefined ? texts.perhapsLogin : texts.perhapsOtherLogin;
    const why = session.language === 'en' ? (known.problem ?? own) : own;
    session.say(`  ${texts.noStream}: ${why}`);
    return undefined;
  }
  const size = ({ width, height }: { width?: number | undefined; height?: number | undefined }): string =>
    width === undefined || height === undefined ? '' : ` ${width}x${height}`;
  session.say(
    streams.map((one, i) => `  ${i + 1}  ${one.name ?? texts.stream} ${one.codec ?? ''}${size(one)}`).join('\n'),
  );
  const stream = await choose(session, texts.whichStream, streams);
  if (stream === undefined || login === undefined) return stream?.url;
  return encodeUserPart(
    stream.url.replace('://', `://${encodeURIComponent(username)}:${encodeURIComponent(password)}@`),
  );
}

async function choose<T>(
  { questions, texts }: SetupSession,
  question: string,
  list: readonly T[],
): Promise<T | undefined> {
  for (;;) {
    const answer = await questions.ask(`${question} (${texts.choice(list.length)})`, '1');
    if (answer === '0') return undefined;
    const found = /^\d+$/.test(answer) ? list[Number(answer) - 1] : undefined;
    if (found !== undefined) return found;
  }
}

function lineOf({ address, port, name, manufacturer, model }: FoundCamera): string {
  return [`${address}:${port}`, name, manufacturer, model].filter((part) => part !== undefined).join('  ');
}
