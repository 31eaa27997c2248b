import { aborted, type Clock, type Logger, messageOf, type Service, unlessAbort } from '@lineside/kit';
import type { LoadedConfig } from '../config/index.ts';
import { type Lamps, StackLight } from '../plant/index.ts';
import { pointProtocolOf } from '../plant/points/index.ts';
import { type Health, healthOf, type OutputView, type Snapshot, StatusError } from '../status/index.ts';
import { ArmedOutputs } from './armed-outputs.ts';

/** By this name a person arms it, as an output. */
const ID = 'stack-light';
const FILE = 'armed-light.json';
const LOOK_MS = 500;

type LightConfig = NonNullable<LoadedConfig['config']['alerts']['light']> & { readonly id: string };

export interface LineLightParts {
  readonly dataDir: string;
  /** The configuration that runs now. */
  readonly loaded: () => LoadedConfig;
  readonly snapshot: () => Snapshot;
  readonly audit: (action: string, details: Readonly<Record<string, string>>) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The stack light of a running line. A change of the configuration counts at the next look, and disarms it. */
export class LineLight implements Service {
  readonly name = 'light';
  readonly #parts: LineLightParts;
  readonly #armed: ArmedOutputs<LightConfig>;
  #light: StackLight | undefined;
  #problem: string | undefined;

  constructor(parts: LineLightParts) {
    this.#parts = parts;
    const { dataDir, log, loaded } = parts;
    this.#armed = new ArmedOutputs(dataDir, log, ({ url }) => loaded().secrets.text(url), FILE);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!signal.aborted) {
      const config = this.#config();
      if (config === undefined) await clock.sleep(LOOK_MS, signal).catch(unlessAbort);
      else await this.#drive(config, signal);
    }
  }

  isCalled(id: string): boolean {
    return id === ID && this.#config() !== undefined;
  }

  views(): readonly OutputView[] {
    const config = this.#config();
    if (config === undefined) return [];
    const armed = this.#armed.has(config);
    const connected = this.#light?.connected ?? false;
    const problem = this.#problem ?? this.#light?.problem;
    const readiness = armed ? (connected ? 'ready' : 'not_connected') : 'not_armed';
    return [
      {
        ...{ id: ID, camera: '', url: config.url.shown, readiness, armed, connected, inTransit: 0 },
        ...(problem === undefined ? {} : { problem }),
      },
    ];
  }

  /** A person lets it work, or stops it. */
  async arm(armed: boolean, by: string): Promise<readonly OutputView[]> {
    const config = this.#config();
    if (config === undefined) {
      const advice = 'add light: under alerts:, then lineside config check';
      throw new StatusError({ code: 'bad_request', message: 'there is no stack light', advice });
    }
    await this.#armed.set(config, armed);
    this.#parts.audit(armed ? 'output_armed' : 'output_disarmed', { output: ID, by, url: config.url.shown });
    return this.views();
  }

  /** Until the signal aborts, or the configuration of the light changes. */
  async #drive(config: LightConfig, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    if (this.#armed.isOutdated(config)) {
      await this.#armed.set(config, false);
      this.#parts.audit('output_disarmed', { output: ID, by: 'lineside', reason: 'configuration_changed' });
    }
    const light = this.#open(config);
    this.#light = light;
    const changed = new AbortController();
    const stop = AbortSignal.any([signal, changed.signal]);
    const ended = light === undefined ? aborted(stop) : light.run(stop);
    const before = JSON.stringify(config);
    while (!stop.aborted) {
      await clock.sleep(LOOK_MS, signal).catch(unlessAbort);
      if (JSON.stringify(this.#config()) !== before) changed.abort();
    }
    await ended.catch((error: unknown) => log.error({ error: messageOf(error) }, 'the stack light has ended'));
    this.#light = undefined;
  }

  #open(config: LightConfig): StackLight | undefined {
    const { clock, log, loaded, snapshot } = this.#parts;
    const { url, red, yellow, green, heartbeat } = config;
    this.#problem = undefined;
    try {
      const text = loaded().secrets.text(url);
      const protocol = pointProtocolOf(text);
      if (protocol === undefined) throw new Error('its scheme is not known');
      const points = {
        ...(red === undefined ? {} : { red }),
        ...(yellow === undefined ? {} : { yellow }),
        ...(green === undefined ? {} : { green }),
        ...(heartbeat === undefined ? {} : { heartbeat }),
      };
      const lamps = (): Lamps | undefined => (this.#armed.has(config) ? lampsOf(snapshot()) : undefined);
      return new StackLight({ protocol, url: text, shown: url.shown, points, lamps, clock, log });
    } catch (error) {
      this.#problem = messageOf(error);
      log.error({ error: this.#problem }, 'the stack light has no address');
      return undefined;
    }
  }

  #config(): LightConfig | undefined {
    const { light } = this.#parts.loaded().config.alerts;
    return light === undefined ? undefined : { id: ID, ...light };
  }
}

/** What a line's state looks like from across the hall. */
export function lampsOf(snapshot: Snapshot, health: Health = healthOf(snapshot)): Lamps {
  const { word, warnings } = health;
  const isCritical = (snapshot.openEvents ?? []).some(({ severity }) => severity === 'critical');
  return {
    red: word === 'not_inspecting' || isCritical,
    yellow: word === 'degraded' || word === 'starting' || warnings.length > 0,
    green: word === 'inspecting' || word === 'degraded',
  };
}
