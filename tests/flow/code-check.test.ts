import { silentLogger, systemClock } from '@lineside/kit';
import { expect, it } from 'vitest';
import type { LineEvent, ReadingRequest, Track } from '../../edge/src/domain/index.ts';
import { Lanes } from '../../edge/src/pipeline/index.ts';
import { createRule, RuleOptions } from '../../edge/src/rules/index.ts';
import { track } from '../support/crafted-tracks.ts';

/** A lane with the rule, and a vision process that answers when the test lets it. */
function line() {
  const requests: ReadingRequest[] = [];
  const alarms: LineEvent[] = [];
  const pictures: (number | undefined)[] = [];
  const scene: { tracks: readonly Track[] } = { tracks: [] };
  const fields = [{ id: 'ean', kind: 'code', gtin: '4006381333931' }];
  const options = { id: 'codes', type: 'code_check', camera: 'belt', fields, maxReadings: 1 };
  const lanes = new Lanes({
    lanes: [
      {
        camera: 'belt',
        source: 'live',
        models: [
          {
            id: 'defect',
            tracker: { update: () => scene.tracks },
            rules: [createRule(RuleOptions.parse(options), { resultEveryMs: 100 })],
          },
        ],
      },
    ],
    vision: {
      picture: ({ index }) => {
        pictures.push(index);
        return Promise.reject(new Error('no picture'));
      },
      read: (request) => requests.push(request),
    },
    recorder: { record: async () => ({ seq: 1 }) },
    alarm: { raise: (event) => alarms.push(event) },
    clock: systemClock,
    log: silentLogger,
    newEventId: () => 'e1',
  });
  const frame = (index: number) => ({ camera: 'belt', index, atMs: systemClock.monoMs(), width: 640, height: 360 });
  const inspect = (index: number, tracks: readonly Track[]): void => {
    scene.tracks = tracks;
    const times = { waitMs: 0, inferMs: 1, decodeMs: 0 };
    lanes.inspection({ frame: frame(index), model: 'defect', result: { status: 'ok', detections: [] }, times });
  };
  return { lanes, requests, alarms, pictures, inspect };
}

it('A pack with a wrong code is read, and its event is raised at once with the frame that was read', () => {
  const { lanes, requests, alarms, pictures, inspect } = line();
  inspect(7, [track(1, 'product', [100, 100, 300, 300])]);
  expect(requests).toMatchObject([{ rule: 'codes', frame: { camera: 'belt', index: 7 } }]);
  inspect(8, [track(1, 'product', [120, 100, 320, 300])]);
  expect(alarms).toEqual([]);
  const [request] = requests;
  const mark = { at: [0.5, 0.5], angle: 0 } as const;
  const code = { symbology: 'EAN13', text: '4006381333948', mark, contrast: 0.8 };
  const regions = (request?.regions ?? []).map(({ name }) => ({ name, printed: true, codes: [code], lines: [] }));
  if (request !== undefined) lanes.reading({ ...request, status: 'read', regions, tookMs: 5 });
  expect(alarms).toMatchObject([
    {
      camera: 'belt',
      frame: { index: 7 },
      output: { phase: 'opened', rule: 'codes', details: { verdict: 'wrong', field: 'ean', read: '4006381333948' } },
    },
  ]);
  expect(alarms[0]?.output).not.toHaveProperty('shownIn');
  expect(pictures).toEqual([7]);
  expect(lanes.state().lanes[0]?.models[0]?.packChecks).toMatchObject([{ rule: 'codes', packs: { wrong: 1 } }]);
  expect(lanes.takeTallies()).toMatchObject([{ rule: 'codes', tallies: [{ name: 'wrong', label: 'pack', count: 1 }] }]);
});
