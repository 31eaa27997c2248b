import { writeFileAtomic } from '@lineside/kit';
import { type ReportPicture, reportPage } from './report-page.ts';
import { firstFrame, type StillRequest } from '../../predictor/index.ts';
import type { EvaluationResult } from '../evaluate/evaluation-result.ts';

const PICTURE_WIDTH = 640;

export interface ReportRequest extends Pick<StillRequest, 'capabilities' | 'signal'> {
  /** Absolute. */
  readonly path: string;
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly result: EvaluationResult;
}

/** Writes the report with the worst images, which are decoded a second time. */
export async function saveReport({ path, title, facts, result, ...still }: ReportRequest): Promise<void> {
  const { drawJpeg } = await import('../../vision/index.ts');
  const pictures: ReportPicture[] = [];
  for (const { path: source, name, caption, overlays } of result.worst) {
    const { pixels, size } = await firstFrame({ ...still, path: source });
    const { jpeg } = await drawJpeg({ pixels, size, source: size, overlays, maxWidth: PICTURE_WIDTH });
    pictures.push({ name, caption, jpeg });
  }
  const { table, confusion, notes, legend = '' } = result;
  await writeFileAtomic(path, reportPage({ title, facts, figures: table, confusion, notes, legend, pictures }), {
    mode: 0o644,
  });
}
