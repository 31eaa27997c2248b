import { type Clock, entryBeside, exitText, LinesideError, SupervisedProcess } from '@lineside/kit';
import { catalogIds, CATALOG_DIR, importedDir } from '@lineside/models';
import type { EventReader } from '../events/index.ts';
import type { KeptResults } from '../history/index.ts';
import type { PreviewTask, RulePreview } from './rule-preview.ts';

export interface LinePreviewParts {
  readonly results: KeptResults;
  readonly configPath: string;
  readonly dataDir: string;
  readonly clock: Clock;
  /** What was reported. */
  readonly events: Pick<EventReader, 'list'>;
}

/** Of one camera in an hour; more are not counted. */
const MOST_REPORTED = 2_000;
const WINDOW_MS = 3_600_000;
/** By the clock: an hour of a busy camera takes seconds, and a loaded machine gives it little. */
const MOST_MS = 290_000;

/** What a changed configuration would have reported over the last hour, worked out in a process of its own, one at a time. */
export class LinePreview {
  readonly #parts: LinePreviewParts;
  #busy = false;

  constructor(parts: LinePreviewParts) {
    this.#parts = parts;
  }

  /**
   * Both texts are good configurations. Rejects with `preview_busy`, with `nothing_kept` where the camera has no results yet,
   * and with `preview_failed`.
   */
  async of(camera: string, before: string, after: string): Promise<object> {
    const { results, configPath, dataDir, clock } = this.#parts;
    const kept = results.of(camera);
    if (kept === undefined) {
      const message = `no results of ${camera} are kept yet`;
      throw new LinesideError({
        code: 'nothing_kept',
        message,
        advice: 'wait until the camera has been inspected for a while',
      });
    }
    if (this.#busy) {
      const message = 'another preview is being worked out';
      throw new LinesideError({ code: 'preview_busy', message, advice: 'try again in a moment', retry: 'later' });
    }
    this.#busy = true;
    try {
      const [monoMs, wallMs] = [clock.monoMs(), clock.wallMs()];
      const catalog = (await Promise.all([CATALOG_DIR, importedDir(dataDir)].map(catalogIds))).flat();
      const preview = await answered({
        ...{ camera, path: configPath, before, after, catalog: [...new Set(catalog)].sort() },
        ...{ importedDir: importedDir(dataDir), results: results.take(camera), sinceMs: monoMs - WINDOW_MS },
        wallZeroMs: wallMs - monoMs,
      });
      const { events } = this.#parts;
      const reported = events
        .list(MOST_REPORTED, { camera, since: preview.fromAtMs })
        .filter(({ openedAtMs }) => openedAtMs >= preview.fromAtMs);
      const rules = preview.rules.map((one) => ({
        ...one,
        reported: reported.filter(({ rule }) => rule === one.rule).length,
      }));
      return { ...preview, rules, tookMs: Math.round(clock.monoMs() - monoMs) };
    } finally {
      this.#busy = false;
    }
  }
}

type Answer = { readonly preview: RulePreview } | { readonly error: { code: string; message: string; advice: string } };

/** Runs the process of one preview to its end. */
async function answered(task: PreviewTask): Promise<RulePreview> {
  const entry = entryBeside(import.meta.url, 'preview-main');
  const answers: Answer[] = [];
  const child = new SupervisedProcess({
    ...{ command: process.execPath, args: [...entry.execArgv, entry.path], ipc: true, stdout: 'stderr' },
    ...{ signal: AbortSignal.timeout(MOST_MS) },
    // Our own program of this version.
    onMessage: (message) => answers.push(message as Answer),
  });
  child.send(task);
  const exit = await child.exited;
  const [answer] = answers;
  if (answer === undefined) {
    const message = `the preview ended without an answer: ${exitText(exit)}`;
    throw new LinesideError({
      code: 'preview_failed',
      message,
      advice: 'ask for it again when the device is less busy',
    });
  }
  if ('error' in answer) throw new LinesideError(answer.error);
  return answer.preview;
}
