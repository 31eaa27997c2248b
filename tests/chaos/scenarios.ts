import { badBroker } from './bad-broker.ts';
import { clocks } from './clocks.ts';
import { fullDisk } from './full-disk.ts';
import { fuzz } from './fuzz.ts';
import { killStorm } from './kill-storm.ts';
import { lostJournal } from './lost-journal.ts';
import { powerCut } from './power-cut.ts';
import type { Scenario } from './scenario.ts';
import { weeksOffline } from './weeks-offline.ts';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  killStorm,
  powerCut,
  weeksOffline,
  fullDisk,
  lostJournal,
  clocks,
  badBroker,
  fuzz,
];
