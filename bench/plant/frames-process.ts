/** Stands for the vision process: says when a frame with a bad product is ready, at random intervals. */
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@lineside/kit';

const LEAST_MS = 150;
const MORE_MS = 120;

let pieces = 0;
process.on('disconnect', () => process.exit());
process.once('message', () => {
  void (async () => {
    while (process.connected) {
      await delay(LEAST_MS + MORE_MS * Math.random());
      pieces += 1;
      process.send?.({ piece: pieces, atMs: systemClock.monoMs() });
    }
  })();
});
