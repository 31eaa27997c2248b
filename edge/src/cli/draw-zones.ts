import { randomBytes } from 'node:crypto';
import type { CameraRecording } from '../app/index.ts';
import type { ConfigSources } from '../config/index.ts';
import { cameraStill } from './camera-still.ts';
import type { Context } from './context.ts';
import { readGoodPack } from './good-pack.ts';

export interface Drawing {
  readonly camera: string;
  readonly path: string;
  readonly sources: ConfigSources;
  readonly recording: CameraRecording | undefined;
}

/** Serves the page until the person is done, or the command is stopped. */
export async function drawZones(context: Context, { camera, path, sources, recording }: Drawing): Promise<void> {
  const { io } = context;
  const { CameraDraft, SetupPage } = await import('../setup/index.ts');
  const still = await cameraStill(context, camera);
  const events = recording === undefined ? {} : { eventsOf: (text: string) => recording.eventsOf(text) };
  const draft = await CameraDraft.open({ path, sources, camera, ...events });
  const secret = (): string => randomBytes(24).toString('hex');
  const page = new SetupPage({
    draft,
    still,
    takeStill: () => cameraStill(context, camera),
    readPack: async (jpeg, box) => {
      const { proposal, textReader } = await readGoodPack(context, jpeg, box);
      return { ...proposal, textReader };
    },
    secrets: [secret(), secret()],
    onReady: (address) =>
      context.say(
        { page: address },
        `open in a browser on this machine, once: ${address}\nEnds with Done there, or Ctrl+C here.`,
      ),
  });
  await page.run(io.signal);
  context.say({ done: true, path }, `done: ${path}`);
}
