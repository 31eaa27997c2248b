import { LinesideError, messageOf, systemCode } from '@lineside/kit';
import { controlSocketPath, openControl } from '../status/client/index.ts';
import type { BundleEntry } from './collect.ts';

const ANSWER_MS = 5_000;
const STILL_MS = 8_000;

/** What a running service says: its state, figures, signals, updates, the last lines of each FFmpeg; pictures on request. */
export async function serviceEntries(
  dataDir: string,
  stills: boolean,
  signal: AbortSignal,
): Promise<readonly BundleEntry[]> {
  const ask = (path: string, ms = ANSWER_MS): Promise<Buffer> => answerOf(dataDir, path, signal, ms);
  let status: string;
  try {
    status = (await ask('/api/v1/status')).toString('utf8');
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LinesideError) && systemCode(error) === undefined) throw error;
    return [{ name: 'service.txt', about: 'why the service was not asked', content: `${messageOf(error)}\n` }];
  }
  const optional = async (entry: BundleEntry | Promise<BundleEntry>): Promise<readonly BundleEntry[]> => {
    try {
      return [await entry];
    } catch (error) {
      signal.throwIfAborted();
      return [{ name: 'missing.txt', about: 'an answer that the service did not give', content: messageOf(error) }];
    }
  };
  const named = (name: string, about: string, path: string, ms?: number): Promise<readonly BundleEntry[]> =>
    optional(
      ask(path, ms).then((content) => ({
        name,
        about,
        content: name.endsWith('.jpg') ? content : content.toString('utf8'),
      })),
    );
  const entries: BundleEntry[] = [{ name: 'status.json', about: 'state of the service', content: status }];
  entries.push(...(await named('metrics.txt', 'figures of the service, as for Prometheus', '/metrics')));
  entries.push(...(await named('signals.json', 'signals of the plant', '/api/v1/signals')));
  for (const id of camerasOf(status)) {
    const camera = encodeURIComponent(id);
    entries.push(
      ...(await named(`ffmpeg/${camera}.json`, 'last lines of its FFmpeg', `/api/v1/cameras/${camera}/log`)),
    );
    if (!stills) continue;
    const path = `/api/v1/cameras/${camera}/picture.jpg?width=1280`;
    entries.push(...(await named(`stills/${camera}.jpg`, 'A PICTURE, as you asked for', path, STILL_MS)));
  }
  return entries;
}

function camerasOf(status: string): readonly string[] {
  const value: unknown = JSON.parse(status);
  const cameras: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'cameras') : undefined;
  if (!Array.isArray(cameras)) return [];
  return cameras.flatMap((camera: unknown) => {
    const id: unknown = typeof camera === 'object' && camera !== null ? Reflect.get(camera, 'id') : undefined;
    return typeof id === 'string' ? [id] : [];
  });
}

async function answerOf(dataDir: string, path: string, signal: AbortSignal, ms: number): Promise<Buffer> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  const answer = await openControl(controlSocketPath(dataDir), path, deadline);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  if ((answer.statusCode ?? 500) >= 400) throw new Error(`${path} answers ${answer.statusCode}`);
  return Buffer.concat(chunks);
}
