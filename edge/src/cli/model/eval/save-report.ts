import { writeFileAtomic } from '@lineside/kit';
import { type ReportPicture, reportPage } from '../../../evaluation/index.ts';
import { firstFrame, type StillRequest } from '../first-frame.ts';
import type { Judged } from './judged.ts';

const PICTURE_WIDTH = 640;

export interface ReportRequest extends Pick<StillRequest, 'capabilities' | 'signal'> {
  /** Absolute. */
  readonly path: string;
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly judged: Judged;
}

/** Writes the report with the worst pictures, which are decoded once more. */
export async function saveReport({ path, title, facts, judged, ...still }: ReportRequest): Promise<void> {
  const { drawJpeg } = await import('../../../vision/index.ts');
  const pictures: ReportPicture[] = [];
  for (const { path: source, name, caption, overlays } of judged.worst) {
    const { pixels, size } = await firstFrame({ ...still, path: source });
    const { jpeg } = await drawJpeg({ pixels, size, source: size, overlays, maxWidth: PICTURE_WIDTH });
    pictures.push({ name, caption, jpeg });
  }
  const { table, confusion, notes, legend = '' } = judged;
  await writeFileAtomic(path, reportPage({ title, facts, figures: table, confusion, notes, legend, pictures }), {
    mode: 0o644,
  });
}
