import type { PackmlState, VisionState } from './published.ts';

export interface VisionFacts {
  /** Whether every camera was inspected at least once since the service started. */
  readonly wasInspecting: boolean;
  readonly isVisionUp: boolean;
  readonly cameras: readonly { readonly id: string; readonly isDelivering: boolean; readonly isInspected: boolean }[];
  readonly hasRecipes: boolean;
  readonly recipe: string;
  readonly outputs: readonly { readonly armed: boolean }[];
}

/** Which state of OPC 40100-1 this is, and why. The worst thing first. */
export function visionStateOf(facts: VisionFacts): { readonly state: VisionState; readonly why: string } {
  const { cameras, outputs } = facts;
  const lost = cameras.filter(({ isDelivering }) => !isDelivering).map(({ id }) => id);
  const blind = cameras.filter(({ isInspected }) => !isInspected).map(({ id }) => id);
  if (!facts.wasInspecting) return { state: 'Preoperational', why: 'cameras and models are starting' };
  if (!facts.isVisionUp) return { state: 'Error', why: 'the vision process is down' };
  if (lost.length > 0) return { state: 'Error', why: `no pictures from ${lost.join(', ')}` };
  if (blind.length > 0) return { state: 'Error', why: `no results for ${blind.join(', ')}` };
  if (outputs.length > 0 && !outputs.some(({ armed }) => armed)) return { state: 'Halted', why: 'no output is armed' };
  if (facts.hasRecipes && facts.recipe === '') return { state: 'Initialized', why: 'no recipe was chosen' };
  if (cameras.length === 0) return { state: 'Ready', why: 'there are no cameras' };
  return { state: 'ContinuousExecution', why: 'every camera is inspected' };
}

/** Words in the reason of a stop by which the plant says that the cause lies before or behind this machine. */
const OUTSIDE = /starve|block|wait|upstream|downstream|no[ _-]?(product|material)/i;

export interface StationFacts {
  readonly status: 'running' | 'stopped' | 'unknown';
  readonly reason?: string | undefined;
}

/**
 * The state of PackML that the rules of the type `downtime` see. Only `Execute` is running. A line that stands is `Held`,
 * and `Suspended` where the plant says that it waits for its neighbours; undefined where nobody knows.
 */
export function packmlOf(stations: readonly StationFacts[]): PackmlState | undefined {
  const stopped = stations.find(({ status }) => status === 'stopped');
  if (stopped !== undefined) return OUTSIDE.test(stopped.reason ?? '') ? 'Suspended' : 'Held';
  return stations.length > 0 && stations.every(({ status }) => status === 'running') ? 'Execute' : undefined;
}
