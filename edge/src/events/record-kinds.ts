/** Kinds of record that the recorder writes. */
export const EVENT_RECORD = 'event';
export const SNAPSHOT_RECORD = 'snapshot';
export const CLIP_RECORD = 'clip';
