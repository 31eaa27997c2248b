import { z } from 'zod';

export const VERDICTS = ['true', 'false_alarm', 'missed', 'unsure'] as const;
/**
 * What a reviewer says about an event. `true`: it is what the event says. `false_alarm`: it is not. `missed`: its snapshot also
 * shows something that the model did not report. `unsure`: what was said before no longer holds.
 */
export type Verdict = (typeof VERDICTS)[number];

const coordinate = z.number().min(0).max(100_000);

/** `[x1, y1, x2, y2]` in pixels of the source frame. */
export const ReviewBox = z
  .tuple([coordinate, coordinate, coordinate, coordinate])
  .refine(([x1, y1, x2, y2]) => x1 < x2 && y1 < y2, 'a box is x1,y1,x2,y2 with x1 < x2 and y1 < y2');
export type ReviewBox = z.infer<typeof ReviewBox>;

export const ReviewDetails = z.object({
  /** Of what was missed; of a true event in place of its own label. */
  label: z.string().min(1).max(64).optional(),
  box: ReviewBox.optional(),
  note: z.string().max(512).optional(),
});
export type ReviewDetails = z.infer<typeof ReviewDetails>;

/** One statement of one person about one event. */
export interface Review {
  readonly device: string;
  readonly event: string;
  readonly verdict: Verdict;
  readonly who: string;
  readonly atMs: number;
  readonly details: ReviewDetails;
}
