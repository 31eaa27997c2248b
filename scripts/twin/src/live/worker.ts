import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { accessUnits } from '../rtsp/index.ts';
import { Scene } from '../scenes/index.ts';
import { Encoder } from '../output/index.ts';
import type { LiveOrder, LiveUnit } from './messages.ts';

/** A picture this late is left out, so that stream time stays with real time on a machine that is too slow. */
const TOO_LATE_SECONDS = 1;

/** Numbers of the frames handed to the encoder and not yet seen coming out; it keeps their order. */
type InEncoder = number[];

async function renderInTime(
  order: LiveOrder,
  scene: Scene,
  encoder: Encoder,
  inside: InEncoder,
  signal: AbortSignal,
): Promise<void> {
  const frame = Buffer.alloc(scene.frameBytes);
  const { fps } = scene;
  for (let n = 0; !signal.aborted; n += 1) {
    const elapsed = (Date.now() - order.zero) / 1000;
    if (elapsed - n / fps > TOO_LATE_SECONDS) n = Math.ceil(elapsed * fps);
    scene.render(n, frame);
    const early = order.zero + (n / fps) * 1000 - Date.now();
    if (early > 1) await delay(early, undefined, { signal });
    inside.push(n);
    await encoder.write(frame);
  }
}

async function handOut(encoder: Encoder, inside: InEncoder): Promise<void> {
  for await (const unit of accessUnits(encoder.output as AsyncIterable<Buffer>)) {
    const frame = inside.shift();
    if (frame === undefined) continue;
    const message: LiveUnit = { annexB: Uint8Array.from(unit), frame, key: hasKeyPicture(unit) };
    parentPort?.postMessage(message, [message.annexB.buffer]);
  }
}

/** Looks for a NAL unit of type 5 (IDR slice), H.264 table 7-1. */
function hasKeyPicture(unit: Buffer): boolean {
  for (let at = unit.indexOf(START); at !== -1; at = unit.indexOf(START, at + 3)) {
    if (((unit[at + 3] ?? 0) & 0x1f) === 5) return true;
  }
  return false;
}

const START = Buffer.of(0, 0, 1);

const order = workerData as LiveOrder;
const stop = new AbortController();
parentPort?.once('message', () => stop.abort());
const scene = new Scene(order.line, order.cameraId);
const encoder = Encoder.toStream(scene, stop.signal);
const inside: InEncoder = [];
try {
  await Promise.all([renderInTime(order, scene, encoder, inside, stop.signal), handOut(encoder, inside)]);
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  parentPort?.close();
}
