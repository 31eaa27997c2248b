import { type CropClasses, type Detection, iou } from '../domain/index.ts';

/** Detections with this IoU are one object, detected under two labels. */
const SAME_IOU = 0.5;
/** Score of a label that a detector does not report in a place, and the least that a class is taken to have. */
const UNSEEN = 0.02;
const LEAST_CLASS = 0.001;

/**
 * The detections of a model after a second stage has looked at the crop of each. On one place the odds of the labels that
 * both have are those of the detector's scores times those of the second stage, as if the two erred independently
 * (naive Bayes; the second stage must have been trained on equally many of each). The best detection there keeps its box
 * and score under the more probable label; others with these labels on that place are dropped.
 *
 * @param detections of the first stage, best first.
 * @param answers classes of their crops, those of the best detections first.
 * @param labels of the first stage's model, for the class ids.
 */
export function refineLabels(
  detections: readonly Detection[],
  answers: readonly CropClasses[],
  labels: readonly string[],
): readonly Detection[] {
  const refined = new Map<Detection, Detection | undefined>();
  for (const { box, classes } of answers) {
    const known = classes.filter(({ label }) => labels.includes(label));
    const isOf = ({ label }: Detection): boolean => known.some((one) => one.label === label);
    const here = detections.filter((one) => !refined.has(one) && isOf(one) && iou(one.box, box) >= SAME_IOU);
    const best = here.find((one) => one.box === box) ?? here[0];
    if (known.length < 2 || best === undefined || !here.some((one) => one.box === box)) continue;
    const oddsOf = ({ label, score }: (typeof known)[number]): number =>
      Math.max(UNSEEN, ...here.filter((one) => one.label === label).map((one) => one.score)) *
      Math.max(LEAST_CLASS, score);
    const [first] = known.toSorted((a, b) => oddsOf(b) - oddsOf(a));
    if (first === undefined) continue;
    for (const one of here) refined.set(one, undefined);
    refined.set(best, { ...best, label: first.label, classId: labels.indexOf(first.label) });
  }
  return detections.flatMap((one) => (refined.has(one) ? (refined.get(one) ?? []) : one));
}
