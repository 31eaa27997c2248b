import { writeFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { Subscriber } from 'zeromq';
import { report } from '../../../tests/support/feed-world.ts';
import { StatusWorld } from '../../../tests/support/status-world.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { loadConfig } from '../config/index.ts';
import type { FrameRef, Inspection, LineEvent, Track } from '../domain/index.ts';
import { healthOf } from '../status/index.ts';
import { feedCommand } from './feed-command.ts';
import { LineFeeds } from './line-feeds.ts';
import { lineReport, lineState } from './line-report.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

const frame: FrameRef = { camera: 'belt', index: 7, atMs: 0, width: 640, height: 360 };
const track: Track = {
  ...{ id: 3, label: 'product', box: [1, 2, 30, 40], score: 0.9, hits: 5, missed: 0 },
  ...{ firstSeenMs: 0, lastSeenMs: 0, confirmed: true },
};
const inspected = (result: Inspection['result']): Inspection => ({
  ...{ frame, model: 'defect', result, times: { waitMs: 0, inferMs: 0, decodeMs: 0 } },
});
const event: LineEvent = {
  ...{ event: '018f-event', camera: 'belt' },
  output: {
    ...{ phase: 'opened', key: '1', rule: 'defects', ruleType: 'product_defect', kind: 'quality_issue' },
    ...{ severity: 'warning', label: 'dent', durationMs: 12.6, details: { batch: 'B 1' } },
  },
};

describe('the feeds of a running line', () => {
  it('tell what happens, pictures while somebody reads them, and a frame without a result as one', async () => {
    await using dir = await tempDir('lineside-feeds-');
    const path = dir.join('lineside.yaml');
    const url = `zmq+ipc://${dir.join('feed')}`;
    await writeFile(
      path,
      `device: line-1
cameras: [{id: belt, url: /unused.mp4, models: [defect]}]
feeds:
  - {id: programs, url: "${url}", zeromq: {topics: [health, events, tracks, detections, frames], framesEvery: 100ms}}
  - {id: site, url: "mqtt://line:\${env:NOT_SET}@127.0.0.1:9"}
`,
    );
    const loaded = await loadConfig(path, { catalog: ['defect'], env: {} });
    let pictures = 0;
    const feeds = new LineFeeds({
      ...{ loaded, report: () => report(), onCommand: () => undefined, clock: systemClock, log: silentLogger },
      picture: ({ maxWidth = 0 }) => {
        pictures += 1;
        return Promise.resolve({ jpeg: Buffer.alloc(100), width: maxWidth, height: 1, index: pictures });
      },
    });
    const stop = new AbortController();
    const running = feeds.run(stop.signal);
    ends.push(() => {
      stop.abort();
      return running;
    });
    await waitFor('the feed', () => feeds.views()[0]?.connected === true);
    // The other one has no password: it says so, and disturbs nothing.
    expect(feeds.views()[1]).toMatchObject({
      id: 'site',
      connected: false,
      problem: expect.stringMatching(/NOT_SET/) as string,
    });
    expect(JSON.stringify(feeds.views())).not.toContain('line:@');
    expect(pictures).toBe(0);
    const heard = new Map<string, Record<string, unknown>>();
    const socket = new Subscriber();
    ends.push(() => socket.close());
    socket.connect(url.replace('zmq+', ''));
    socket.subscribe('');
    void (async () => {
      for await (const [topic, body] of socket) {
        heard.set(String(topic), JSON.parse(String(body)) as Record<string, unknown>);
      }
    })();
    await waitFor('everything', () => {
      feeds.raise(event);
      feeds.judged({ camera: 'belt', model: 'defect', frame, tracks: [track], verdictOf: () => undefined });
      feeds.listener.inspection?.(inspected({ status: 'no_result', reason: 'deadline' }));
      return ['events/belt', 'tracks/belt/defect', 'detections/belt/defect', 'frames/belt'].every((one) =>
        heard.has(one),
      );
    });
    expect(heard.get('events/belt')).toMatchObject({ event: '018f-event', durationMs: 13, details: { batch: 'B 1' } });
    expect(heard.get('tracks/belt/defect')).toMatchObject({ tracks: [{ id: 3, label: 'product' }] });
    const nothing = { status: 'no_result', reason: 'deadline', detections: [] };
    expect(heard.get('detections/belt/defect')).toMatchObject(nothing);
    expect(heard.get('frames/belt')).toMatchObject({ width: 640, frame: expect.any(Number) as number });
    expect(heard.has('results/reject-1')).toBe(false);
  });
});

describe('the report of a line', () => {
  it('has every camera of the snapshot with its counters, and why it is not healthy', async () => {
    await using dir = await tempDir('lineside-report-');
    const snapshot = new StatusWorld(dir.path).snapshot();
    const counters = { offered: 12, inspected: 7, skipped: { newer_frame: 3, no_motion: 1 }, failed: { deadline: 1 } };
    const cameras = snapshot.cameras.map((one) => ({
      ...{ ...one, inspecting: 'blind' as const },
      models: one.models.map((model) => ({ ...model, counters })),
    }));
    const blind = { ...snapshot, cameras };
    const health = healthOf(blind);
    const facts = { ...blind, outputs: [], recipes: [], stations: [], production: undefined };
    const made = lineReport(lineState(facts), health, blind.openEvents);
    expect(made).toMatchObject({ device: snapshot.device, healthy: false });
    expect(made.problems).toEqual(health.reasons.map(({ message }) => message));
    expect(made.cameras.map(({ id, inspecting }) => [id, inspecting])).toEqual(
      snapshot.cameras.map(({ id }) => [id, 'blind']),
    );
    const [first] = made.cameras;
    const models = snapshot.cameras[0]?.models.length ?? 0;
    expect(models).toBeGreaterThan(0);
    expect(first).toMatchObject({ offered: 12 * models, inspected: 7 * models, skipped: 4 * models, failed: models });
  });
});

describe('a command of a feed', () => {
  it('is an audit record with what became of it, also where it is refused', async () => {
    const written: object[] = [];
    const line: Parameters<typeof feedCommand>[0] = {
      audit: {
        write: (action: string, details: object, who: string) => void written.push({ action, who, ...details }),
      },
      status: {
        setRecipe: (name: string) =>
          name === 'A-7' ? Promise.resolve({}) : Promise.reject(new Error(`no recipe is called ${name}`)),
        acknowledge: () => undefined,
      },
    };
    await feedCommand(line, { feed: 'site', command: 'recipe', value: 'A-7' });
    await feedCommand(line, { feed: 'site', command: 'recipe', value: 'nothing' });
    await feedCommand(line, { feed: 'site', command: 'acknowledge', value: '018f' });
    const by = { action: 'feed_command', who: 'feed site', feed: 'site' };
    expect(written).toEqual([
      { ...by, command: 'recipe', value: 'A-7', outcome: 'done' },
      { ...by, command: 'recipe', value: 'nothing', outcome: 'no recipe is called nothing' },
      { ...by, command: 'acknowledge', value: '018f', outcome: 'no such event' },
    ]);
  });
});
