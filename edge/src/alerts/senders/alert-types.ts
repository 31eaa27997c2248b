import type { Language } from '@lineside/protocol/vocabulary';

/** What an alert can be about. */
export const ALERT_KINDS = ['not_inspecting', 'critical_event', 'queue_old', 'disk', 'camera_health'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Something that is wrong now. */
export interface AlertCondition {
  /** The same for as long as it lasts: `camera_health/belt/dark`. */
  readonly key: string;
  readonly kind: AlertKind;
  /** Critical ones are sent in quiet hours too. */
  readonly critical: boolean;
  readonly text: string;
  readonly advice: string;
}

/** Something that began or ended. */
export interface AlertLine extends AlertCondition {
  readonly phase: 'began' | 'ended';
  /** Wall ms. */
  readonly atMs: number;
}

/** Several lines in one. */
export interface AlertMessage {
  /** Unique of this device; the same whenever it is sent again. */
  readonly id: string;
  readonly device: string;
  readonly line: string;
  /** Of its lines; English where it is missing. */
  readonly language?: Language;
  /** Wall ms. */
  readonly atMs: number;
  readonly lines: readonly AlertLine[];
}
