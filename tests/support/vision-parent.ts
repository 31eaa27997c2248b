/** A main process with nothing in it but vision: prints what it receives, one JSON line each. For tests that kill it. */
import { silentLogger, systemClock } from '@lineside/kit';
import { type VisionPlan, VisionProcess } from '../../edge/src/vision/index.ts';

const plan = JSON.parse(process.argv[2] ?? '{}') as VisionPlan;
const say = (what: object): void => {
  process.stdout.write(`${JSON.stringify(what)}\n`);
};
const vision = new VisionProcess({
  plan,
  listeners: [
    {
      inspection: ({ frame }) => say({ inspected: frame.index }),
      down: (reason) => say({ down: reason }),
      up: () => say({ up: vision.pid }),
    },
  ],
  clock: systemClock,
  logger: silentLogger,
  random: Math.random,
});
await vision.run(new AbortController().signal);
