/** The process of the outputs: it keeps the deadlines of the plant apart from whatever the main process is busy with. */
import {
  endWithParent,
  messageOf,
  parentLogger,
  redactUrls,
  ServiceGroup,
  systemClock,
  tellParent,
} from '@lineside/kit';
import { ACKNOWLEDGE_AT, type NewestResult } from '../output/index.ts';
import { pointProtocolOf } from '../points/index.ts';
import { ConnectionKeeper } from './connection-keeper.ts';
import { type FromOutputs, isToOutputs, type OutputPlan, type ServerPlan, type ToOutputs } from './messages.ts';
import { ResultServer } from './result-server.ts';
import { OutputDriver } from './output-driver.ts';

const STATE_MS = 250;

const send: (message: FromOutputs) => void = tellParent;

class Outputs {
  readonly #drivers = new Map<string, OutputDriver>();
  readonly #connections = new ServiceGroup('connections');
  readonly #services = new ServiceGroup('outputs');
  readonly #servers: readonly ResultServer[];

  constructor(plans: readonly OutputPlan[], servers: readonly ServerPlan[]) {
    const tools = { clock: systemClock, log: parentLogger({ module: 'plant' }) };
    const keepers = new Map<string, ConnectionKeeper>();
    for (const plan of plans) {
      const protocol = pointProtocolOf(plan.url);
      if (protocol === undefined) throw new Error(`no protocol has the scheme of ${redactUrls(plan.shown)}`);
      const keeper = keepers.get(plan.url) ?? new ConnectionKeeper(protocol, plan.url, plan.shown, tools);
      if (!keepers.has(plan.url)) this.#connections.add(keeper);
      keepers.set(plan.url, keeper);
      const onFailure: ConstructorParameters<typeof OutputDriver>[0]['onFailure'] = (failure) =>
        send({ type: 'failure', output: plan.id, ...failure });
      const onResult = (result: NewestResult): void => send({ type: 'result', output: plan.id, result });
      const driver = new OutputDriver({ plan, keeper, clock: systemClock, log: tools.log, onFailure, onResult });
      this.#drivers.set(plan.id, driver);
      this.#services.add(driver);
    }
    this.#servers = servers.map((server) => {
      const registers = (): readonly number[] => [...this.#drivers.values()].flatMap((driver) => driver.block());
      const taken = (address: number, value: number): boolean => {
        const id = plans[address - ACKNOWLEDGE_AT]?.id;
        const driver = id === undefined ? undefined : this.#drivers.get(id);
        driver?.acknowledge(value);
        return driver !== undefined;
      };
      return new ResultServer(server, registers, taken, tools);
    });
    for (const server of this.#servers) this.#connections.add(server);
  }

  /** Until the signal aborts; the connections end after the safe values were written. */
  async run(signal: AbortSignal): Promise<void> {
    const end = new AbortController();
    const connected = this.#connections.run(end.signal);
    const report = (): void => send(this.#state());
    const reporting = setInterval(report, STATE_MS);
    try {
      await this.#services.run(signal);
    } finally {
      clearInterval(reporting);
      report();
      end.abort();
      await connected;
    }
  }

  take(message: ToOutputs): void {
    switch (message.type) {
      case 'beat':
        for (const [id, driver] of this.#drivers) driver.beat(message.inspecting.includes(id));
        break;
      case 'piece':
        this.#drivers.get(message.output)?.piece(message);
        break;
      case 'verdict':
        this.#drivers.get(message.output)?.verdict(message.piece, { result: message.result, reason: message.reason });
        break;
      case 'arm':
        void this.#drivers.get(message.output)?.arm(message.armed);
        break;
      case 'plan':
      case 'stop':
        break;
    }
  }

  #state(): FromOutputs {
    const outputs = [...this.#drivers.values()].map((driver) => driver.state());
    return { type: 'state', outputs, servers: this.#servers.map((server) => server.state()) };
  }
}

const stop = new AbortController();
let outputs: Outputs | undefined;
process.on('message', (message: unknown) => {
  if (!isToOutputs(message)) return;
  if (message.type === 'stop') stop.abort();
  else if (message.type !== 'plan') outputs?.take(message);
  else if (outputs === undefined) {
    outputs = new Outputs(message.outputs, message.servers);
    outputs.run(stop.signal).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(`outputs: ${messageOf(error)}`);
        process.exit(1);
      },
    );
    send({ type: 'up' });
  }
});
// Without the main process nobody judges: the safe values are written, and this ends too.
endWithParent(() => stop.abort());
