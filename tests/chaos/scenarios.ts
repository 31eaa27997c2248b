import { badBroker } from './bad-broker.ts';
import { fuzz } from './fuzz.ts';
import { killStorm } from './kill-storm.ts';
import type { Scenario } from './scenario.ts';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [killStorm, badBroker, fuzz];
