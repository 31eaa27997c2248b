import { describe, expect, it } from 'vitest';
import { ruleOf, story } from '../../../../tests/support/crafted-tracks.ts';
import type { CameraProblem, CameraStatus, PictureProblem, RuleOutput, StreamProblem } from '../../domain/index.ts';
import { STREAM_PROBLEMS } from '../../domain/index.ts';
import { NO_SIGNALS } from '../../pipeline/index.ts';

const rule = (more: object = {}) => ruleOf({ type: 'camera_health', id: 'h', ...more });

function streaming(...problems: readonly CameraProblem[]): CameraStatus {
  const isOfStream = (problem: CameraProblem): problem is StreamProblem =>
    STREAM_PROBLEMS.some((one) => one === problem);
  const seen = problems.filter((problem): problem is PictureProblem => !isOfStream(problem));
  return {
    ...{ camera: 'c', state: 'streaming', restarts: 0 },
    picture: { problems: seen, luma: 80, contrast: 40, sharpness: 6, similarity: 0.9 },
    stream: { problems: problems.filter(isOfStream), quality: 4, fps: 25, bitsPerS: 4e6 },
  };
}

const FAILED: CameraStatus = {
  ...{ camera: 'c', state: 'failed', restarts: 3 },
  error: { code: 'auth', message: 'the camera answers: 401 Unauthorized', advice: 'correct them' },
};

/** Reports this status once, and lets the clock run to `toMs`. */
function during(judge: ReturnType<typeof rule>, status: CameraStatus, fromMs: number, toMs: number): RuleOutput[] {
  const outputs = [...(judge.camera?.(status, fromMs) ?? [])];
  for (let atMs = fromMs + 500; atMs <= toMs; atMs += 500) {
    outputs.push(...(judge.tick?.({ atMs, wallMs: atMs, signals: NO_SIGNALS }) ?? []));
  }
  return outputs;
}

const brief = (outputs: readonly RuleOutput[]): readonly string[] =>
  outputs.map(({ phase, label, reason, durationMs }) => `${label} ${phase}${reason ? ` ${reason}` : ''} ${durationMs}`);

describe('the health of a camera', () => {
  it('opens an event when the camera has been away for so long, with what it answered, and closes it when frames come', () => {
    const judge = rule();
    const away = during(judge, FAILED, 0, 60_000);
    expect(brief(away)).toEqual(['lost opened 30000']);
    expect(away[0]?.details).toMatchObject({ problem: 'lost', code: 'auth', message: expect.stringContaining('401') });
    expect(brief(during(judge, streaming(), 60_500, 80_000))).toEqual(['lost closed cleared 60500']);
  });

  it('opens nothing for a camera that is back in time', () => {
    const judge = rule();
    expect(during(judge, FAILED, 0, 29_000)).toEqual([]);
    expect(during(judge, streaming(), 29_500, 50_000)).toEqual([]);
    expect(during(judge, FAILED, 50_500, 70_000)).toEqual([]);
  });

  it('opens one event for each problem that is reported, with its figures', () => {
    const judge = rule();
    const outputs = during(judge, streaming('moved', 'low_rate'), 0, 5_000);
    expect(brief(outputs)).toEqual(['moved opened 0', 'low_rate opened 0']);
    expect(outputs[0]).toMatchObject({ kind: 'equipment', ruleType: 'camera_health', label: 'moved' });
    expect(outputs[0]?.details).toMatchObject({ similarity: 0.9, fps: 25 });
    expect(brief(during(judge, streaming('low_rate'), 5_500, 30_000))).toEqual(['moved closed cleared 5500']);
  });

  it('keeps what is open while the camera is away, for nothing is known of it', () => {
    const judge = rule({ problems: ['moved', 'blurred'] });
    during(judge, streaming('blurred'), 0, 1_000);
    expect(during(judge, FAILED, 1_500, 100_000)).toEqual([]);
    expect(brief(during(judge, streaming(), 100_500, 120_000))).toEqual(['blurred closed cleared 100500']);
  });

  it('reports only the problems that are asked for, and closes everything with the rule', () => {
    const judge = rule({ problems: ['dark'] });
    expect(story(during(judge, streaming('dark', 'moved'), 0, 1_000))).toHaveLength(1);
    expect(brief(judge.close(2_000, 'rule_removed'))).toEqual(['dark closed rule_removed 2000']);
  });
});
