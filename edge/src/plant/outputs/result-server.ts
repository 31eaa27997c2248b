import { aborted, LogThrottle, messageOf, type Service, unlessAbort } from '@lineside/kit';
import {
  pointProtocolOf,
  type PointServer,
  type PointTools,
  type ServedRegisters,
  type TakenWrite,
} from '../points/index.ts';
import type { ServerPlan, ServerState } from './messages.ts';

const RETRY_MS = 5_000;
const LOG_EVERY_MS = 60_000;

/** Serves the result blocks, and takes acknowledgements; an address that is taken is tried again. */
export class ResultServer implements Service {
  readonly name: string;
  readonly #plan: ServerPlan;
  readonly #registers: ServedRegisters;
  readonly #taken: TakenWrite;
  readonly #tools: PointTools;
  readonly #throttle: LogThrottle;
  #server: PointServer | undefined;
  #problem: string | undefined;

  constructor(plan: ServerPlan, registers: ServedRegisters, taken: TakenWrite, tools: PointTools) {
    this.name = `plant server ${plan.url}`;
    this.#plan = plan;
    this.#registers = registers;
    this.#taken = taken;
    this.#tools = tools;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  state(): ServerState {
    const { url } = this.#plan;
    return { url, up: this.#server !== undefined, clients: this.#server?.clients ?? 0, problem: this.#problem };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { url, allow } = this.#plan;
    while (!signal.aborted) {
      try {
        this.#server = await pointProtocolOf(url)?.serve?.(url, allow, this.#registers, this.#taken);
        this.#problem = undefined;
        await aborted(signal);
        this.#server?.close();
        this.#server = undefined;
      } catch (error) {
        this.#report(error);
        await this.#tools.clock.sleep(RETRY_MS, signal).catch(unlessAbort);
      }
    }
  }

  #report(error: unknown): void {
    this.#problem = messageOf(error);
    const count = this.#throttle.due('listen');
    if (count === undefined) return;
    const facts = { code: 'plant_server_down', plant: this.#plan.url, error: this.#problem, count };
    this.#tools.log.error(facts, 'results cannot be served to the plant');
  }
}
