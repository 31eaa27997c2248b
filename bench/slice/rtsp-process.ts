/** The cameras of the bench: one RTSP server that serves one video as several cameras, in a process of its own. */
import { systemClock } from '@lineside/kit';
import { fileSource, type H264Source, RtspServer } from '@lineside/twin/rtsp';
import { answerQuestions } from '../child.ts';

export interface ServeFacts {
  readonly video: string;
  readonly cameras: readonly string[];
}

/** Monotonic ms at which each picture left, by camera: the n-th that its newest client was sent is at n. */
export type SentLog = Readonly<Record<string, readonly number[]>>;

const sent = new Map<string, number[]>();
let server: RtspServer | undefined;

async function serve({ video, cameras }: ServeFacts): Promise<{ readonly port: number }> {
  server = new RtspServer({ host: '127.0.0.1', port: 0, transports: ['tcp'] });
  for (const camera of cameras) server.addStream(camera, logged(camera, await fileSource(video)));
  return { port: await server.listen() };
}

/** The server sends a unit before it asks for the next: then it is known whether the client got it. */
function logged(camera: string, source: H264Source): H264Source {
  return {
    fps: source.fps,
    open: async function* (signal) {
      for await (const unit of source.open(signal)) {
        const atMs = systemClock.monoMs();
        yield unit;
        note(camera, atMs);
      }
    },
  };
}

function note(camera: string, atMs: number): void {
  const client = server?.clients().findLast(({ path, playing }) => path === camera && playing);
  if (client === undefined || client.sentFrames === 0) return;
  const log = sent.get(camera) ?? [];
  // A new client begins a new count.
  if (client.sentFrames < log.length) log.length = 0;
  if (client.sentFrames === log.length + 1) log.push(atMs);
  sent.set(camera, log);
}

answerQuestions({ serve, sent: (): SentLog => Object.fromEntries(sent) }, async () => server?.close());
