import { aborted, type Clock, type Logger, type Service, ServiceGroup } from '@lineside/kit';
import type { LoadedConfig } from '../config/index.ts';
import type { LineState } from '../plant/line/index.ts';
import {
  isOpcuaAddress,
  isWholeLineInspected,
  OpcuaServerProcess,
  type PublishedLine,
  publishedLine,
} from '../plant/opcua-server/index.ts';
import type { NewestResult } from '../plant/output/index.ts';
import { opcuaServerFolder } from '../plant/points/index.ts';
import type { PlantServerView } from '../status/index.ts';

export interface LinePublishingParts {
  readonly loaded: LoadedConfig;
  readonly dataDir: string;
  /** Undefined until the line runs. */
  readonly state: () => LineState | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Serves the line by OPC UA, where the configuration names an address for that. */
export class LinePublishing implements Service {
  readonly name = 'publishing';
  readonly #parts: LinePublishingParts;
  readonly #servers: readonly { readonly url: string; readonly process: OpcuaServerProcess }[];
  #wasInspecting = false;

  constructor(parts: LinePublishingParts) {
    this.#parts = parts;
    const { loaded, dataDir, clock, log } = parts;
    const { device, plantServers } = loaded.config;
    const urls = plantServers.map(({ url }) => url).filter(isOpcuaAddress);
    const folder = opcuaServerFolder(dataDir);
    this.#servers = urls.map((url) => ({
      url,
      process: new OpcuaServerProcess({ ...{ url, clock, log, device, folder }, line: () => this.line() }),
    }));
  }

  /** How the servers are. */
  views(): readonly PlantServerView[] {
    return this.#servers.map(({ url, process: { isUp, sessions, problem } }) => ({
      ...{ url, up: isUp, sessions },
      ...(problem === undefined ? {} : { problem }),
    }));
  }

  /** Tells clients of a result of an output. */
  result(output: string, { piece, result, reason, atMs }: NewestResult): void {
    const { clock } = this.#parts;
    const wallMs = Math.round(clock.wallMs() - (clock.monoMs() - atMs));
    for (const { process } of this.#servers) process.result({ output, piece, result, reason, atMs: wallMs });
  }

  async run(signal: AbortSignal): Promise<void> {
    if (this.#servers.length === 0) return aborted(signal);
    const processes = this.#servers.map(({ process }) => process);
    await new ServiceGroup('opcua', processes).run(signal);
  }

  /** What is served at this moment; undefined until the line runs. */
  line(): PublishedLine | undefined {
    const state = this.#parts.state();
    if (state === undefined) return undefined;
    this.#wasInspecting ||= isWholeLineInspected(state);
    return publishedLine(state, this.#wasInspecting);
  }
}
