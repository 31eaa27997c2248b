import { badBroker } from './bad-broker.ts';
import { clocks } from './clocks.ts';
import { fuzz } from './fuzz.ts';
import { fullDisk } from './full-disk.ts';
import { killStorm } from './kill-storm.ts';
import type { Scenario } from './scenario.ts';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [killStorm, fullDisk, clocks, badBroker, fuzz];
