import type { OutputView } from '../../status/index.ts';

/** One output with its figures. */
export function outputLine(output: OutputView): string {
  const { id, camera, url, readiness, problem, counts, latenessMs } = output;
  const state = readiness === 'ready' ? 'READY' : `not ready (${readiness.replaceAll('_', ' ')})`;
  const why = problem === undefined ? '' : `\n  ${problem}`;
  const rejects =
    counts === undefined
      ? ''
      : `\n  rejects: ${counts.due} due, ${counts.done} done, ${counts.late} late, ${counts.missed} missed, ${counts.cancelled} cancelled; ${counts.safe} without a verdict` +
        `\n  pieces: ${counts.pieces}, ${counts.ok} ok, ${counts.nok} not ok, ${counts.noResult} without a result`;
  const speed =
    latenessMs === undefined
      ? ''
      : `\n  late by: p50 ${tenth(latenessMs.p50)} ms, p99 ${tenth(latenessMs.p99)} ms, longest ${tenth(latenessMs.max)} ms`;
  return `${id}  ${state}  camera ${camera}  ${url}${why}${rejects}${speed}`;
}

function tenth(ms: number): string {
  return ms.toFixed(1);
}
