import { expect, it } from 'vitest';
import { systemClock } from '@lineside/kit';
import { Progress } from './progress.ts';

it('is printed every two seconds of the run, also where none of its parts takes as long', () => {
  let nowMs = 0;
  const lines: string[] = [];
  const progress = new Progress(
    { clock: { ...systemClock, monoMs: () => nowMs }, err: (line) => lines.push(line) },
    '',
  );
  for (const what of ['images', 'pieces read', 'pieces judged']) {
    progress.begin(what);
    for (let done = 1; done <= 15; done += 1) {
      nowMs += 100;
      progress.step(done, 15);
    }
  }
  expect(lines).toEqual(['5 of 15 pieces read, about 1 s left ...', '10 of 15 pieces judged, about 1 s left ...']);
});
