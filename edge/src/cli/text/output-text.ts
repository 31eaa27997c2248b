import type { OutputLatency, OutputView } from '../../status/index.ts';

/** One output with its figures. */
export function outputLine(output: OutputView): string {
  const { id, camera, url, readiness, problem, counts, results } = output;
  const state = readiness === 'ready' ? 'READY' : `not ready (${readiness.replaceAll('_', ' ')})`;
  const why = problem === undefined ? '' : `\n  ${problem}`;
  const rejects =
    counts === undefined
      ? ''
      : `\n  rejects: ${counts.due} due, ${counts.done} done, ${counts.late} late, ${counts.missed} missed, ${counts.cancelled} cancelled; ${counts.safe} without a verdict, ${counts.lateVerdicts} verdicts late` +
        `\n  pieces: ${counts.pieces}, ${counts.ok} ok, ${counts.nok} not ok, ${counts.noResult} without a result`;
  const taken =
    results === undefined
      ? ''
      : `\n  results: ${results.offered}, ${results.taken} taken, ${results.untaken} not taken in time, ${results.overrun} overrun`;
  const speed =
    timeLine('from the line to the verdict', output.decisionMs) +
    timeLine('from the verdict to the controller', output.resultMs) +
    timeLine('late by', output.latenessMs);
  const seen = camera === '' ? '' : `  camera ${camera}`;
  return `${id}  ${state}${seen}  ${url}${why}${rejects}${taken}${speed}`;
}

function timeLine(what: string, latency: OutputLatency | undefined): string {
  if (latency === undefined) return '';
  return `\n  ${what}: p50 ${tenth(latency.p50)} ms, p99 ${tenth(latency.p99)} ms, longest ${tenth(latency.max)} ms`;
}

function tenth(ms: number): string {
  return ms.toFixed(1);
}
