/** The process of the outputs: it keeps the deadlines of the plant apart from whatever the main process is busy with. */
import { type Logger, messageOf, redactUrls, ServiceGroup, systemClock } from '@lineside/kit';
import { pointProtocolOf } from '../points/index.ts';
import { ConnectionKeeper } from './connection-keeper.ts';
import { type FromOutputs, isToOutputs, type OutputPlan, type ServerPlan, type ToOutputs } from './messages.ts';
import { ResultServer } from './result-server.ts';
import { OutputDriver } from './output-driver.ts';

const STATE_MS = 250;

function send(message: FromOutputs): void {
  if (process.send !== undefined && process.connected) process.send(message, undefined, {}, () => undefined);
}

/** Log lines go through the main process, which knows the level and the place. */
function remoteLogger(base: object): Logger {
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (facts: object, message: string): void =>
      send({ type: 'log', level, facts: { ...base, ...facts }, message });
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (facts) => remoteLogger({ ...base, ...facts }),
  };
}

class Outputs {
  readonly #drivers = new Map<string, OutputDriver>();
  readonly #connections = new ServiceGroup('connections');
  readonly #services = new ServiceGroup('outputs');

  constructor(plans: readonly OutputPlan[], servers: readonly ServerPlan[]) {
    const tools = { clock: systemClock, log: remoteLogger({ module: 'plant' }) };
    const keepers = new Map<string, ConnectionKeeper>();
    for (const plan of plans) {
      const protocol = pointProtocolOf(plan.url);
      if (protocol === undefined) throw new Error(`no protocol has the scheme of ${redactUrls(plan.shown)}`);
      const keeper = keepers.get(plan.url) ?? new ConnectionKeeper(protocol, plan.url, plan.shown, tools);
      if (!keepers.has(plan.url)) this.#connections.add(keeper);
      keepers.set(plan.url, keeper);
      const onFailure: ConstructorParameters<typeof OutputDriver>[0]['onFailure'] = (failure) =>
        send({ type: 'failure', output: plan.id, ...failure });
      const driver = new OutputDriver({ plan, keeper, clock: systemClock, log: tools.log, onFailure });
      this.#drivers.set(plan.id, driver);
      this.#services.add(driver);
    }
    for (const server of servers) {
      const registers = (): readonly number[] => [...this.#drivers.values()].flatMap((driver) => driver.block());
      this.#connections.add(new ResultServer(server, registers, tools));
    }
  }

  /** Until the signal aborts; the connections end after the safe values were written. */
  async run(signal: AbortSignal): Promise<void> {
    const end = new AbortController();
    const connected = this.#connections.run(end.signal);
    const reporting = setInterval(() => send({ type: 'state', outputs: this.#states() }), STATE_MS);
    try {
      await this.#services.run(signal);
    } finally {
      clearInterval(reporting);
      send({ type: 'state', outputs: this.#states() });
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

  #states(): Extract<FromOutputs, { type: 'state' }>['outputs'] {
    return [...this.#drivers.values()].map((driver) => driver.state());
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
process.on('disconnect', () => stop.abort());
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => stop.abort());
