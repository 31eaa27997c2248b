/** Grades of ISO/IEC 15415 and 15416, from the best on. */
export const PRINT_GRADES = ['A', 'B', 'C', 'D', 'F'] as const;
export type PrintGrade = (typeof PRINT_GRADES)[number];

/** Least values of the grades A to D: of symbol contrast (15416, table 2), and of unused error correction (15415, 7.8.8). */
const CONTRAST = [0.7, 0.55, 0.4, 0.2];
const UNUSED_CORRECTION = [0.62, 0.5, 0.37, 0.25];

/** What was measured of codes, each 0 to 1; the quiet zone as a fraction of what the symbology needs. */
export interface PrintMeasures {
  readonly contrast?: number | undefined;
  readonly quietZone?: number | undefined;
  readonly unusedCorrection?: number | undefined;
}

/**
 * The lowest grade of what was measured; a quiet zone that is too small is F. Undefined where nothing was. It is that of
 * the camera's picture under its light, and no verification by the standards, which need calibrated reflectance.
 */
export function printGrade({ contrast, quietZone, unusedCorrection }: PrintMeasures): PrintGrade | undefined {
  const grades = [
    gradeOf(contrast, CONTRAST),
    gradeOf(unusedCorrection, UNUSED_CORRECTION),
    quietZone === undefined ? undefined : quietZone >= 1 ? 0 : PRINT_GRADES.length - 1,
  ].filter((grade) => grade !== undefined);
  return grades.length === 0 ? undefined : PRINT_GRADES[Math.max(...grades)];
}

function gradeOf(value: number | undefined, least: readonly number[]): number | undefined {
  if (value === undefined) return undefined;
  const grade = least.findIndex((limit) => value >= limit);
  return grade < 0 ? least.length : grade;
}
