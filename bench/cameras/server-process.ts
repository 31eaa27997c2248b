/** The cameras of the bench: one RTSP server in a process of its own, which notes when each frame left. */
import { systemClock } from '@lineside/kit';
import { fileSource, RtspServer } from '@lineside/twin/rtsp';
import { answerQuestions } from '../child.ts';

export interface ServeFacts {
  readonly film: string;
  readonly frames: number;
  readonly streams: number;
}

/** For each stream, when the frame of each number left last, and before that: monotonic ms. */
export type SentAt = readonly (readonly (readonly number[])[])[];

/** A film comes round every few seconds; a frame that is older than two rounds is given up. */
const KEPT = 3;
let server: RtspServer | undefined;
/** Frames of each stream: one that nobody reads any more can go on for a while. */
let counts: number[] = [];
let sent: number[][][] = [];

async function serve({ film, frames, streams }: ServeFacts): Promise<{ readonly port: number }> {
  server = new RtspServer({ host: '127.0.0.1', port: 0, transports: ['tcp'] });
  sent = Array.from({ length: streams }, () => Array.from({ length: frames }, () => []));
  counts = sent.map(() => 0);
  for (const [stream, log] of sent.entries()) {
    const { fps, open } = await fileSource(film);
    server.addStream(`${stream}`, {
      fps,
      open: async function* (signal) {
        let index = 0;
        for await (const unit of open(signal)) {
          log[index % frames]?.unshift(systemClock.monoMs());
          log[index % frames]?.splice(KEPT);
          index += 1;
          counts[stream] = (counts[stream] ?? 0) + 1;
          yield unit;
        }
      },
    });
  }
  return { port: await server.listen() };
}

answerQuestions({ serve, sent: (): SentAt => sent, counts: (): readonly number[] => counts }, async () =>
  server?.close(),
);
