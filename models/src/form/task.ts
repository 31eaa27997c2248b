/** What a model reports: boxes, boxes with masks, a class of the whole frame, how unusual the frame is. */
export const TASKS = ['detect', 'segment', 'classify', 'anomaly'] as const;
export type Task = (typeof TASKS)[number];
