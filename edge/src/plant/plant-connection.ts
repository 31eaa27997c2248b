import type { Clock, Logger, Service } from '@lineside/kit';
import type { LineEvent } from '../domain/index.ts';

/** One connection to the plant. `run` keeps it open until its signal aborts, and throws only what is beyond repair. */
export interface PlantConnection extends Service {
  /** Delivers one transition of an event. Rejects when it is not delivered before `signal` aborts. */
  send(event: LineEvent, signal: AbortSignal): Promise<void>;
}

export interface PlantTools {
  readonly clock: Clock;
  readonly log: Logger;
}

/** One protocol, chosen by the scheme of a connection's URL. */
export interface PlantProtocol {
  readonly schemes: readonly string[];
  /** What is wrong with a URL that has one of the schemes, or undefined. References in it are replaced by a word. */
  problem(url: string): string | undefined;
  /** Makes the connection without opening it. Loads the code of the protocol. */
  connect(url: string, tools: PlantTools): Promise<PlantConnection>;
}
