import type { EventNews, FeedPlan } from '../../edge/src/plant/feeds/index.ts';
import type { LineReport } from '../../edge/src/plant/line/index.ts';

/** A plan of a feed at this URL with the defaults of the configuration. */
export function feedPlan(url: string, change: Partial<FeedPlan> = {}): FeedPlan {
  return {
    ...{ id: 'feed', url, shown: url, device: 'line-1' },
    zeromq: {
      topics: ['health', 'events', 'results', 'detections', 'tracks', 'frames'],
      ...{ queue: 200, framesEveryMs: 1_000, frameWidth: 640, secretKey: undefined, clients: [] },
    },
    sparkplug: { group: 'plant', node: 'line-1', primaryHost: undefined },
    mqtt: { topic: 'plant/line-1', commands: [], homeAssistant: undefined },
    ...change,
  };
}

/** A line with two cameras, one of which delivers, and an output that is ready. */
export function report(change: Partial<LineReport> = {}): LineReport {
  const frames = { offered: 100, inspected: 98, skipped: 2, failed: 0 };
  return {
    ...{
      device: 'line-1',
      line: 'Packing 1',
      version: '0.1.0',
      atMs: 1_764_400_000_000,
      startedAtMs: 1_764_300_000_000,
    },
    ...{ healthy: true, problems: [], vision: 'up', recipes: [], stations: [] },
    cameras: [
      { id: 'packing', state: 'streaming', inspecting: 'inspecting', ...frames },
      { id: 'cell', state: 'connecting', inspecting: 'blind', ...frames },
    ],
    outputs: [
      {
        ...{ id: 'reject-1', camera: 'packing', readiness: 'ready', armed: true, connected: true, inTransit: 0 },
        counts: { ok: 10, nok: 2, noResult: 1, done: 2, missed: 0 },
        newest: { piece: 13, result: 'ok', reason: 'none' },
      },
    ],
    production: { shift: 'Day', counted: 120, product: 'A-7', batch: 'B 12', stops: 0 },
    openEvents: [],
    ...change,
  };
}

export function eventNews(change: Partial<EventNews> = {}): EventNews {
  return {
    ...{ event: '018f-event', phase: 'opened', kind: 'product_defect', severity: 'warning', camera: 'packing' },
    ...{ rule: 'defects', ruleType: 'product_defect', label: 'dent', durationMs: 0, atMs: 1_764_400_000_500 },
    ...change,
  };
}
