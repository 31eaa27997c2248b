import { aborted, LogThrottle, messageOf, type Service, unlessAbort } from '@lineside/kit';
import { pointProtocolOf, type PointTools, type ServedRegisters } from '../points/index.ts';
import type { ServerPlan } from './messages.ts';

const RETRY_MS = 5_000;
const LOG_EVERY_MS = 60_000;

/** Serves the result blocks; an address that is taken is tried again. */
export class ResultServer implements Service {
  readonly name: string;
  readonly #plan: ServerPlan;
  readonly #registers: ServedRegisters;
  readonly #tools: PointTools;
  readonly #throttle: LogThrottle;

  constructor(plan: ServerPlan, registers: ServedRegisters, tools: PointTools) {
    this.name = `plant server ${plan.url}`;
    this.#plan = plan;
    this.#registers = registers;
    this.#tools = tools;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { url, allow } = this.#plan;
    while (!signal.aborted) {
      try {
        const server = await pointProtocolOf(url)?.serve?.(url, allow, this.#registers);
        await aborted(signal);
        server?.close();
      } catch (error) {
        this.#report(error);
        await this.#tools.clock.sleep(RETRY_MS, signal).catch(unlessAbort);
      }
    }
  }

  #report(error: unknown): void {
    const count = this.#throttle.due('listen');
    if (count === undefined) return;
    const facts = { code: 'plant_server_down', plant: this.#plan.url, error: messageOf(error), count };
    this.#tools.log.error(facts, 'results cannot be served to the plant');
  }
}
