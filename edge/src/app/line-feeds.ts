import type { FeedConfig, LoadedConfig } from '../config/index.ts';
import type { Inspection as InspectedFrame, LineEvent } from '../domain/index.ts';
import { aborted, type Clock, isAbort, type Logger, messageOf, type Service, unlessAbort } from '@lineside/kit';
import { type FeedCommand, type FeedPlan, FeedsProcess } from '../plant/feeds/index.ts';
import type { LineReport } from '../plant/line/index.ts';
import type { Alarm, JudgedFrame, Picture, PictureRequest, PieceWatch, VisionListener } from '../pipeline/index.ts';
import type { FeedView } from '../status/index.ts';
import { eventNews } from './line-report.ts';

const REPORT_EVERY_MS = 1_000;
const LOOK_MS = 20;
const PICTURE_MS = 2_000;
const JPEG_QUALITY = 75;

export interface LineFeedsParts {
  readonly loaded: LoadedConfig;
  /** Undefined until the line runs. */
  readonly report: () => LineReport | undefined;
  readonly picture: (request: PictureRequest, signal: AbortSignal) => Promise<Picture>;
  /** What somebody outside wants, where the configuration allows it. */
  readonly onCommand: (feed: string, command: FeedCommand, value: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The feeds of a running line: what happens goes to their process at once, what is goes every second. */
export class LineFeeds implements Service, Alarm, PieceWatch {
  readonly name = 'feeds';
  readonly listener: Partial<VisionListener> = { inspection: (inspection) => this.#inspected(inspection) };
  readonly #parts: LineFeedsParts;
  readonly #feeds: readonly FeedConfig[];
  readonly #process: FeedsProcess | undefined;
  /** Feeds whose URL or key could not be resolved: a secret is missing. */
  readonly #refused = new Map<string, string>();

  constructor(parts: LineFeedsParts) {
    this.#parts = parts;
    this.#feeds = parts.loaded.config.feeds;
    if (this.#feeds.length === 0) return;
    const { onCommand, clock, log } = parts;
    this.#process = new FeedsProcess({ plans: () => this.#plans(), onCommand, clock, log });
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#process === undefined) return aborted(signal);
    await Promise.all([this.#process.run(signal), this.#reports(signal), this.#pictures(signal)]);
  }

  raise(event: LineEvent): void {
    if (this.#process === undefined) return;
    this.#process.tell({ type: 'event', event: eventNews(event, this.#parts.clock.wallMs()) });
  }

  judged({ camera, model, frame, tracks = [] }: JudgedFrame): void {
    if (this.#process?.wants('tracks') !== true || tracks.length === 0) return;
    const { index, width, height, atMs } = frame;
    const shown = tracks.map(({ id, label, score, confirmed, box }) => ({ id, label, score, confirmed, box }));
    const news = { camera, model, frame: index, width, height, atMs: this.#wallOf(atMs), tracks: shown };
    this.#process.tell({ type: 'tracks', tracks: news });
  }

  views(): readonly FeedView[] {
    const states = new Map(this.#process?.states.map((state) => [state.id, state]));
    return this.#feeds.map(({ id, url }): FeedView => {
      const state = states.get(id);
      const problem = this.#refused.get(id) ?? state?.problem;
      return {
        ...{ id, url: url.shown, connected: state?.connected ?? false, stalls: state?.stalls ?? 0 },
        ...{ sent: state?.sent ?? {}, dropped: state?.dropped ?? {}, refused: state?.refused ?? {} },
        ...(state?.clients === undefined ? {} : { clients: state.clients }),
        ...(state?.ended === undefined ? {} : { ended: state.ended }),
        ...(problem === undefined ? {} : { problem }),
      };
    });
  }

  /** Messages that the process of the feeds did not keep up with, by topic: none of the feeds got them. */
  get leftOut(): Readonly<Record<string, number>> {
    return this.#process?.leftOut ?? {};
  }

  #inspected({ frame, model, result }: InspectedFrame): void {
    if (this.#process?.wants('detections') !== true) return;
    const { camera, index, width, height, atMs } = frame;
    const found = result.status === 'no_result' ? [] : result.detections;
    const detections = found.map(({ label, score, box }) => ({ label, score, box }));
    const reason = result.status === 'ok' ? {} : { reason: result.reason };
    const place = { camera, model, frame: index, width, height, atMs: this.#wallOf(atMs) };
    this.#process.tell({ type: 'detections', detections: { ...place, status: result.status, ...reason, detections } });
  }

  async #reports(signal: AbortSignal): Promise<void> {
    const { clock, report } = this.#parts;
    while (!signal.aborted) {
      const newest = report();
      if (newest !== undefined) this.#process?.tell({ type: 'report', report: newest });
      await clock.sleep(REPORT_EVERY_MS, signal).catch(unlessAbort);
    }
  }

  /** One picture after the other, each camera as often as the most impatient feed wants it; none while nobody reads. */
  async #pictures(signal: AbortSignal): Promise<void> {
    const { clock, loaded } = this.#parts;
    const wanting = this.#feeds.filter(({ zeromq }) => zeromq.topics.includes('frames'));
    if (wanting.length === 0) return aborted(signal);
    const everyMs = Math.min(...wanting.map(({ zeromq }) => zeromq.framesEvery.ms));
    const maxWidth = Math.max(...wanting.map(({ zeromq }) => zeromq.frameWidth));
    while (!signal.aborted) {
      const startMs = clock.monoMs();
      const isRead = this.#process?.wants('frames') === true;
      for (const { id } of isRead ? loaded.config.cameras : []) await this.#picture(id, maxWidth, signal);
      await clock.sleep(Math.max(LOOK_MS, everyMs - (clock.monoMs() - startMs)), signal).catch(unlessAbort);
    }
  }

  async #picture(camera: string, maxWidth: number, signal: AbortSignal): Promise<void> {
    const { picture, clock } = this.#parts;
    const request = { camera, overlays: [], maxWidth, quality: JPEG_QUALITY };
    try {
      const until = AbortSignal.any([signal, AbortSignal.timeout(PICTURE_MS)]);
      const { jpeg, width, height, index } = await picture(request, until);
      const news = { camera, frame: index, width, height, atMs: clock.wallMs(), jpeg: new Uint8Array(jpeg) };
      this.#process?.tell({ type: 'picture', picture: news });
    } catch (error) {
      // A camera that shows nothing is in the reports.
      if (!isAbort(error)) this.#parts.log.debug({ camera, error: messageOf(error) }, 'no picture for the feeds');
    }
  }

  #wallOf(monoMs: number): number {
    const { clock } = this.#parts;
    return Math.round(clock.wallMs() - (clock.monoMs() - monoMs));
  }

  #plans(): readonly FeedPlan[] {
    this.#refused.clear();
    return this.#feeds.flatMap((feed) => {
      try {
        return [planOf(feed, this.#parts.loaded)];
      } catch (error) {
        this.#refused.set(feed.id, messageOf(error));
        this.#parts.log.error({ feed: feed.id, error: messageOf(error) }, 'a feed has no address or key');
        return [];
      }
    });
  }
}

/** Throws where a secret is missing. */
function planOf({ id, url, zeromq, sparkplug, mqtt }: FeedConfig, { config, secrets }: LoadedConfig): FeedPlan {
  const { device } = config;
  const { topics, queue, framesEvery, frameWidth, secretKey, clients } = zeromq;
  return {
    ...{ id, url: secrets.text(url), shown: url.shown, device },
    zeromq: {
      ...{ topics, queue, framesEveryMs: framesEvery.ms, frameWidth, clients },
      secretKey: secretKey === undefined ? undefined : secrets.text(secretKey),
    },
    sparkplug: { group: sparkplug.group, node: sparkplug.node ?? device, primaryHost: sparkplug.primaryHost },
    mqtt: {
      ...{ topic: mqtt.topic ?? `lineside-plant/${device}`, commands: mqtt.commands },
      homeAssistant: mqtt.homeAssistant ? mqtt.discoveryPrefix : undefined,
    },
  };
}
