import type { InferenceResult } from '../domain/index.ts';
import { QuantileWindow } from '@lineside/kit';
import type { WatchedScores } from './state.ts';

/** Pieces whose median shows whether what is seen still looks like what was taught. */
const NEWEST = 200;

/** Scores of a taught model: how many pieces, how many above its limit, and the running median. */
export class ScoreWatch {
  readonly #newest = new QuantileWindow(NEWEST);
  #pieces = 0;
  #above = 0;
  #limit: number | undefined;
  #watching = false;

  /** Only models that have a limit are watched. */
  add(anomaly: Extract<InferenceResult, { status: 'ok' }>['anomaly']): void {
    if (anomaly?.limit === undefined) return;
    this.#limit = anomaly.limit;
    this.#watching = anomaly.watching === true;
    for (const score of anomaly.crops ?? [anomaly.score]) {
      this.#pieces += 1;
      if (score >= anomaly.limit) this.#above += 1;
      this.#newest.add(score);
    }
  }

  state(): WatchedScores | undefined {
    const [median] = this.#newest.quantiles([0.5]) ?? [];
    if (this.#limit === undefined || median === undefined) return undefined;
    return {
      ...{ watching: this.#watching, limit: this.#limit, pieces: this.#pieces, above: this.#above },
      ...{ median, newest: this.#newest.count },
    };
  }
}
