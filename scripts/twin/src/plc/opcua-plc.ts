import { mkdtemp, rm } from 'node:fs/promises';
import type { Server, Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { setErrorLogger, setWarningLogger } from 'node-opcua-debug';
import type { UAVariable } from 'node-opcua-address-space';
import { MonitoredItem, OPCUAServer, Subscription } from 'node-opcua-server';
import { StatusCodes } from 'node-opcua-status-code';
import { DataType, VariantArrayType } from 'node-opcua-variant';

/** URI of the namespace of the line's nodes. */
export const OPCUA_NAMESPACE = 'urn:lineside:twin:line';

/** What the controller knows of the line at a moment. */
export interface LineValues {
  readonly running: boolean;
  /** Packs a minute. */
  readonly speed: number;
  readonly encoder: number;
  readonly bottles: number;
  readonly product: string;
  /** Grams. */
  readonly weight: number;
  /** Counts the weights. */
  readonly weightNumber: number;
}

/**
 * `bad`: every value has the status BadSensorFailure. `restart`: not there. `slow`: answers come later by up to 400 ms.
 * `frozen`: connections stay open and nothing comes. `gone`: the nodes are not there. `expired`: with a certificate that
 * has expired.
 */
export type OpcuaFault = 'bad' | 'restart' | 'slow' | 'frozen' | 'gone' | 'expired';

export interface OpcuaPlcOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly values: () => LineValues;
  /** Passwords by name; anybody may read and write where there is none. */
  readonly users?: Readonly<Record<string, string>>;
}

const LOOK_MS = 20;
const SLOW_MS = 400;
const DAY_MS = 86_400_000;
const MAX_SESSIONS = 20;

const NODES: readonly (readonly [name: string, type: DataType, of: (values: LineValues) => unknown])[] = [
  ['Line.Running', DataType.Boolean, ({ running }) => running],
  ['Line.Speed', DataType.Double, ({ speed }) => speed],
  ['Line.Encoder', DataType.UInt32, ({ encoder }) => encoder],
  ['Line.Bottles', DataType.UInt64, ({ bottles }) => [0, bottles]],
  ['Line.Product', DataType.String, ({ product }) => product],
  ['Scale.Weight', DataType.Float, ({ weight }) => weight],
  ['Scale.Number', DataType.UInt16, ({ weightNumber }) => weightNumber],
];

/** The controller of the simulated line as a server of OPC UA, with its faults. Its certificate is made at each start. */
export class OpcuaPlc {
  readonly #options: OpcuaPlcOptions;
  readonly #sockets = new Set<Socket>();
  #server: OPCUAServer | undefined;
  #variables: readonly (readonly [UAVariable, (values: LineValues) => unknown, DataType])[] = [];
  #folder = '';
  #port: number;
  #fault: OpcuaFault | undefined;
  #changing: Promise<void> = Promise.resolve();

  constructor(options: OpcuaPlcOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  /** Sessions and subscriptions that it keeps now. */
  get kept(): { readonly sessions: number; readonly subscriptions: number } {
    const engine = this.#server?.engine;
    return { sessions: engine?.currentSessionCount ?? 0, subscriptions: engine?.currentSubscriptionCount ?? 0 };
  }

  /** Begins to listen; gives the address. */
  async listen(): Promise<string> {
    // The library warns on standard output, where lines of JSON may be expected.
    for (const set of [setWarningLogger, setErrorLogger]) set(() => undefined);
    this.#folder = await mkdtemp(join(tmpdir(), 'twin-opcua-'));
    await this.#start();
    return `opc.tcp://${this.#options.host}:${this.#port}`;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const timers = [setInterval(() => this.#show(), LOOK_MS), setInterval(() => this.#release(), SLOW_MS)];
    try {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
    } finally {
      for (const timer of timers) clearInterval(timer);
      await this.#changing;
      await this.#stop();
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  /** From now on, until it is set again. Resolves when it is so. */
  async set(fault: OpcuaFault | undefined): Promise<void> {
    this.#changing = this.#changing.then(() => this.#change(fault));
    await this.#changing;
  }

  async #change(fault: OpcuaFault | undefined): Promise<void> {
    const before = this.#fault;
    if (fault === before) return;
    this.#fault = fault;
    if (before === 'frozen' || before === 'slow') for (const socket of this.#sockets) socket.uncork();
    if (fault === 'frozen' || fault === 'slow') for (const socket of this.#sockets) socket.cork();
    if (fault === 'restart' || fault === 'expired' || before === 'expired') await this.#stop();
    if (this.#server === undefined && fault !== 'restart') await this.#start();
    if (fault === 'gone') this.#removeNodes();
    if (before === 'gone') this.#addNodes();
    this.#show();
  }

  /** What a slow controller has kept back goes out. */
  #release(): void {
    if (this.#fault !== 'slow') return;
    for (const socket of this.#sockets) {
      socket.uncork();
      socket.cork();
    }
  }

  #show(): void {
    const values = this.#options.values();
    const status = this.#fault === 'bad' ? StatusCodes.BadSensorFailure : StatusCodes.Good;
    for (const [variable, of, dataType] of this.#variables) {
      // A sensor that failed sends a value all the same, which means nothing.
      variable.setValueFromSource({ dataType, arrayType: VariantArrayType.Scalar, value: of(values) }, status);
    }
  }

  async #start(): Promise<void> {
    const rootFolder = join(this.#folder, this.#fault === 'expired' ? 'expired' : 'pki');
    const manager = new OPCUACertificateManager({ rootFolder, automaticallyAcceptUnknownCertificate: true });
    await manager.initialize();
    const applicationUri = 'urn:lineside:twin';
    const certificateFile = join(rootFolder, 'certificate.pem');
    await manager.createSelfSignedCertificate({
      ...{
        applicationUri,
        dns: ['localhost', hostname()],
        ip: ['127.0.0.1'],
        outputFile: certificateFile,
        subject: '/CN=Twin',
      },
      startDate: new Date(Date.now() - (this.#fault === 'expired' ? 20 * DAY_MS : DAY_MS)),
      validity: this.#fault === 'expired' ? 10 : 365,
    });
    const { host, users } = this.#options;
    // The library's own floors are 50 ms.
    MonitoredItem.minimumSamplingInterval = 5;
    Subscription.minimumPublishingInterval = 10;
    const server = new OPCUAServer({
      ...{ port: this.#port, host, hostname: host, certificateFile, serverCertificateManager: manager },
      ...{ userCertificateManager: manager, serverInfo: { applicationUri }, allowAnonymous: users === undefined },
      serverCapabilities: { maxSessions: MAX_SESSIONS, minSupportedSampleRate: 0 },
      userManager: { isValidUser: (name: string, password: string) => users?.[name] === password },
    });
    await server.initialize();
    this.#server = server;
    server.engine.addressSpace?.registerNamespace(OPCUA_NAMESPACE);
    this.#addNodes();
    await server.start();
    const [endpoint] = server.endpoints;
    this.#port = endpoint?.port ?? this.#port;
    // Private to the library; there is no other way to its sockets.
    const listener: unknown = endpoint === undefined ? undefined : Reflect.get(endpoint, '_server');
    (listener as Server | undefined)?.prependListener('connection', (socket) => this.#accept(socket));
    this.#show();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    if (this.#fault === 'frozen' || this.#fault === 'slow') socket.cork();
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#variables = [];
    if (server === undefined) return;
    // A controller that loses its power says no goodbye.
    for (const socket of this.#sockets) socket.destroy();
    await Promise.race([server.shutdown(0), delay(STOP_MS, undefined, { ref: false })]);
  }

  #addNodes(): void {
    const space = this.#server?.engine.addressSpace;
    const namespace = space?.getNamespace(OPCUA_NAMESPACE);
    if (space === undefined || namespace === undefined || space === null) return;
    const folder = namespace.addFolder(space.rootFolder.objects, { browseName: 'Line', nodeId: 's=Line' });
    this.#variables = NODES.map(([name, dataType, of]) => {
      const variable = namespace.addVariable({
        ...{ componentOf: folder, browseName: name, nodeId: `s=${name}`, dataType, minimumSamplingInterval: 0 },
        ...{ accessLevel: 'CurrentRead', userAccessLevel: 'CurrentRead' },
      });
      return [variable, of, dataType];
    });
    // What may be written: a gate and a set value, which stays as it was written.
    for (const [name, dataType, value] of [
      ['Reject.Gate', DataType.Boolean, false],
      ['Line.SetSpeed', DataType.Int32, 46],
    ] as const) {
      namespace.addVariable({
        ...{ componentOf: folder, browseName: name, nodeId: `s=${name}`, dataType, value: { dataType, value } },
        minimumSamplingInterval: 0,
      });
    }
  }

  #removeNodes(): void {
    const space = this.#server?.engine.addressSpace;
    this.#variables = [];
    const namespace = space?.getNamespace(OPCUA_NAMESPACE);
    const folder = namespace?.findNode('s=Line');
    if (folder) namespace?.deleteNode(folder);
  }
}

const STOP_MS = 2_000;
