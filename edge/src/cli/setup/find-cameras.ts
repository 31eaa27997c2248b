import { encodeUserPart } from '@lineside/kit';
import type { FoundCamera } from '../../onvif/index.ts';
import type { SetupSession } from './session.ts';

const WAIT_MS = 4_000;

/** Asks for cameras by ONVIF, those at `addresses` or the local network, and lets the person choose one. Its URL, with login; undefined for none. */
export async function findCamera(session: SetupSession, addresses: readonly string[]): Promise<string | undefined> {
  const { questions, context } = session;
  const { discoverCameras } = await import('../../onvif/index.ts');
  session.say(
    addresses.length === 0 ? '  asking the network for ONVIF cameras ...' : `  asking ${addresses.join(', ')} ...`,
  );
  const search = (login?: { readonly username: string; readonly password: string }, at = addresses) =>
    discoverCameras({ waitMs: WAIT_MS, networkInterface: undefined, addresses: at, login, signal: context.io.signal });
  const { cameras } = await search();
  if (cameras.length === 0) {
    session.say('  no camera answered: switch ONVIF on in the camera, or type the URL of its stream');
    return undefined;
  }
  session.say(cameras.map((camera, i) => `  ${i + 1}  ${lineOf(camera)}`).join('\n'));
  const chosen = await choose(session, 'Which camera', cameras);
  if (chosen === undefined) return undefined;
  const username = await questions.ask('User name of the camera (empty: none)');
  const password = username === '' ? '' : await questions.secret('Its password');
  const login = username === '' ? undefined : { username, password };
  const at = `${chosen.address}:${chosen.port}`;
  const known = login === undefined ? chosen : ((await search(login, [at])).cameras[0] ?? chosen);
  const streams = known.profiles.flatMap(({ url, ...about }) => (url === undefined ? [] : [{ url, ...about }]));
  if (streams.length === 0) {
    session.say(`  it names no stream${known.problem === undefined ? '' : `: ${known.problem}`}`);
    return undefined;
  }
  const size = ({ width, height }: { width?: number | undefined; height?: number | undefined }): string =>
    width === undefined || height === undefined ? '' : ` ${width}x${height}`;
  session.say(streams.map((one, i) => `  ${i + 1}  ${one.name ?? 'stream'} ${one.codec ?? ''}${size(one)}`).join('\n'));
  const stream = await choose(session, 'Which stream', streams);
  if (stream === undefined || login === undefined) return stream?.url;
  return encodeUserPart(
    stream.url.replace('://', `://${encodeURIComponent(username)}:${encodeURIComponent(password)}@`),
  );
}

async function choose<T>({ questions }: SetupSession, question: string, list: readonly T[]): Promise<T | undefined> {
  for (;;) {
    const answer = await questions.ask(`${question} (1 to ${list.length}, 0 for none)`, '1');
    if (answer === '0') return undefined;
    const found = /^\d+$/.test(answer) ? list[Number(answer) - 1] : undefined;
    if (found !== undefined) return found;
  }
}

function lineOf({ address, port, name, manufacturer, model }: FoundCamera): string {
  return [`${address}:${port}`, name, manufacturer, model].filter((part) => part !== undefined).join('  ');
}
