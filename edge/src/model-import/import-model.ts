import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOnnx } from '@lineside/models';
import { type FfmpegCapabilities, probeFfmpeg } from '../camera/index.ts';
import { analyseModel, type AnalysisTools } from './analyse.ts';
import { build } from './build.ts';
import { letterboxed, type TrialImage, trialImages } from './images.ts';
import { refuse } from './refuse.ts';
import { type ImportReport, reportOf } from './report.ts';
import type { ImportRequest } from './request.ts';

/** What an import is doing, in this order: the longest steps are the runs of the model. */
export type ImportStep = 'analyse' | 'prepare';

export interface ImportTask {
  readonly request: ImportRequest;
  /** Absolute folder of the bundle; made by the import. */
  readonly dir: string;
  /** Whether a bundle that is already in `dir` is replaced. */
  readonly replace: boolean;
  /** Absolute folder for temporary files; a folder is made in it and removed again. */
  readonly tempDir: string;
  readonly signal: AbortSignal;
  readonly onStep?: (step: ImportStep) => void;
}

/** Imports an ONNX file. Throws ModelError where it cannot be used, ModelImportError for a wrong request. */
export async function importModel({
  request,
  dir,
  replace,
  tempDir,
  signal,
  onStep,
}: ImportTask): Promise<ImportReport> {
  if (!replace && (await stat(dir).catch(() => undefined)) !== undefined) {
    throw refuse(request, 'bundle_exists', `${dir} is there already`, 'choose another --id or --out, or --replace it');
  }
  const file = await loadOnnx(request.file);
  const capabilities = await probeFfmpeg('ffmpeg', signal);
  const scratch = await mkdtemp(join(tempDir, 'lineside-import-'));
  try {
    onStep?.('analyse');
    const images = await trialImages(request.golden, scratch);
    const tools = analysisTools(scratch, images, capabilities, signal);
    const analysis = await analyseModel(file, request, tools);
    onStep?.('prepare');
    const done = await build({ dir, request, analysis, tools, capabilities });
    return reportOf(dir, done, analysis);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function analysisTools(
  scratch: string,
  images: readonly TrialImage[],
  capabilities: FfmpegCapabilities,
  signal: AbortSignal,
): AnalysisTools {
  return {
    scratch,
    signal,
    frames: ({ width, height }, letterbox) =>
      letterboxed(images, { width, height, color: 'rgb', ...letterbox }, { capabilities, signal }),
  };
}
