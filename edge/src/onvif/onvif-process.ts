/**
 * Asks ONVIF cameras. A process of its own: the library throws where an answer is not of the form that it expects, and
 * there is no other place to catch that. Such an exception ends the question, not the process.
 */
import type { RemoteInfo } from 'node:dgram';
import onvif, { type Cam } from 'onvif';
import type { OnvifReport } from './found-camera.ts';

export interface OnvifTask {
  readonly waitMs: number;
  readonly networkInterface?: string | undefined;
  readonly addresses: readonly string[];
  readonly login?: { readonly username: string; readonly password: string } | undefined;
}

const ANSWER_MS = 5_000;
/** For all questions to one camera. */
const CAMERA_MS = 20_000;
const PROFILES_MAX = 32;
const NO_ANSWER = 'it did not answer as it should';
const PATH = '/onvif/device_service';

/** The receiver reads it against the schema. */
function send(report: Exclude<OnvifReport, { type: 'camera' }>): void {
  process.send?.(report);
}

interface Place {
  readonly address: string;
  readonly port: number;
  readonly path: string;
}

/** Asks the multicast; calls `onFound` for each device that answers, where it says that its service is. */
function probe(
  { waitMs, networkInterface }: OnvifTask,
  onFound: (place: Place, scopes: string) => void,
): Promise<void> {
  return new Promise((resolve) => {
    // An answer is announced with its sender; the address that it names may be somebody else's.
    onvif.Discovery.on('device', (data: unknown, { address }: RemoteInfo) => {
      const match = pick(data, 'probeMatches', 'probeMatch');
      const urls = (textOf(pick(match, 'XAddrs')) ?? '').split(' ');
      const url = urls.find((one) => URL.canParse(one) && new URL(one).hostname === address) ?? urls[0] ?? '';
      if (!URL.canParse(url)) return send({ type: 'malformed', address });
      const { port, pathname, protocol } = new URL(url);
      if (protocol !== 'http:') return send({ type: 'malformed', address });
      onFound({ address, port: Number(port || 80), path: pathname }, textOf(pick(match, 'scopes')) ?? '');
    });
    onvif.Discovery.on('error', (error: unknown) => {
      const sender = /from (\S+):\d+$/.exec(String(error))?.[1];
      if (sender === undefined) send({ type: 'failed', message: String(error) });
      else send({ type: 'malformed', address: sender });
    });
    const device = networkInterface === undefined ? {} : { device: networkInterface };
    onvif.Discovery.probe({ timeout: waitMs, resolve: false, ...device }, () => resolve());
  });
}

/** Calls a function of the library that calls back; rejects where it does not in time. */
function called<T>(call: (callback: (error: Error | null, value?: T) => void) => void): Promise<T | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const late = setTimeout(() => reject(new Error(NO_ANSWER)), ANSWER_MS + 1_000);
  call((error, value) => (error ? reject(error) : resolve(value)));
  return promise.finally(() => clearTimeout(late));
}

async function ask(place: Place, name: string | undefined, login: OnvifTask['login']): Promise<unknown> {
  const { address, port, path } = place;
  // Credentials go to the address that answered and to no other, whatever it says where its services are.
  const options = { hostname: address, port, path, timeout: ANSWER_MS, autoconnect: false, preserveAddress: true };
  const camera = new onvif.Cam({ ...options, ...login });
  const known = { address, port, ...(name === undefined ? {} : { name }) };
  camera.on('error', () => undefined);
  try {
    await learnServices(camera);
    const about = await called((callback) => camera.getDeviceInformation(callback)).catch(() => undefined);
    const profiles = [];
    for (const profile of (await profilesOf(camera)).slice(0, PROFILES_MAX)) {
      profiles.push(await profileOf(camera, profile));
    }
    const facts = {
      manufacturer: textOf(pick(about, 'manufacturer')),
      model: textOf(pick(about, 'model')),
      firmware: textOf(pick(about, 'firmwareVersion')),
    };
    const problem = profiles.length > 0 ? undefined : 'it names no stream; it may want a user name and password';
    return { ...known, ...facts, profiles, problem };
  } catch (error) {
    return { ...known, profiles: [], problem: problemOf(error) };
  }
}

function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /not ?authorized|unauthorized|authentication|\b401\b/i.test(message)
    ? `it wants a user name and password, or others: ${message}`
    : message;
}

/** Its time, for the digest, and where its services are; the library's own `connect` also wants what is of no use here. */
async function learnServices(camera: Cam): Promise<void> {
  await called((callback) => camera.getSystemDateAndTime(callback));
  try {
    await called((callback) => camera.getServices(true, callback));
  } catch {
    // Older ones have no such question.
    await called((callback) => camera.getCapabilities(callback));
  }
}

/** By Media2 where the camera has it and it works, otherwise by Media. */
async function profilesOf(camera: Cam): Promise<readonly unknown[]> {
  const ask = () => called<unknown>((callback) => camera.getProfiles(callback));
  const profiles = await ask().catch((error: unknown) => {
    if (camera.media2Support !== true) throw error;
    camera.media2Support = false;
    return ask();
  });
  return Array.isArray(profiles) ? profiles.map((profile: unknown) => profile) : [];
}

async function profileOf(camera: Cam, profile: unknown): Promise<object> {
  const token = textOf(pick(profile, '$', 'token')) ?? textOf(pick(profile, 'token')) ?? '';
  const encoder = pick(profile, 'videoEncoderConfiguration');
  const answer = await called<unknown>((callback) =>
    camera.getStreamUri({ protocol: 'RTSP', profileToken: token }, callback),
  ).catch(() => undefined);
  return {
    name: textOf(pick(profile, 'name')) ?? token,
    codec: textOf(pick(encoder, 'encoding')),
    width: pick(encoder, 'resolution', 'width'),
    height: pick(encoder, 'resolution', 'height'),
    fps: pick(encoder, 'rateControl', 'frameRateLimit'),
    kbitPerS: pick(encoder, 'rateControl', 'bitrateLimit'),
    url: textOf(pick(answer, 'uri')) ?? textOf(answer),
  };
}

/** A part of an answer, by the names that lead to it; undefined where there is none. */
function pick(value: unknown, ...names: readonly string[]): unknown {
  let part = value;
  for (const name of names) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, name)) return undefined;
    part = Reflect.get(part, name);
  }
  return part;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** `onvif://www.onvif.org/name/Belt%20camera` in the scopes of a device. */
function nameOf(scopes: string): string | undefined {
  const written = /onvif:\/\/www\.onvif\.org\/name\/(\S+)/.exec(scopes)?.[1];
  if (written === undefined) return undefined;
  try {
    return decodeURIComponent(written);
  } catch (error) {
    if (error instanceof URIError) return written;
    throw error;
  }
}

function placeOf(text: string): Place {
  const url = new URL(`http://${text}`);
  return { address: url.hostname, port: Number(url.port || 80), path: url.pathname === '/' ? PATH : url.pathname };
}

async function run(task: OnvifTask): Promise<void> {
  const asking: Promise<void>[] = [];
  const seen = new Set<string>();
  const begin = (place: Place, name?: string): void => {
    const key = `${place.address}:${place.port}`;
    if (seen.has(key)) return;
    seen.add(key);
    const answer = Promise.race([ask(place, name, task.login), late(place, name)]);
    asking.push(answer.then((camera) => void process.send?.({ type: 'camera', camera })));
  };
  for (const address of task.addresses) begin(placeOf(address));
  if (task.addresses.length === 0) await probe(task, (place, scopes) => begin(place, nameOf(scopes)));
  await Promise.all(asking);
}

/** A camera that makes the library forget its question. */
async function late({ address, port }: Place, name: string | undefined): Promise<object> {
  await new Promise((resolve) => setTimeout(resolve, CAMERA_MS));
  return { address, port, ...(name === undefined ? {} : { name }), profiles: [], problem: NO_ANSWER };
}

process.on('uncaughtException', () => undefined);
process.once('message', (task: OnvifTask) => {
  void run(task)
    .catch((error: unknown) => send({ type: 'failed', message: String(error) }))
    .finally(() => process.disconnect());
});
// The parent has ended: nobody needs the result. Sockets of answers that never end would keep the process.
process.once('disconnect', () => process.exit());
