import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type INamespace,
  PermissionType,
  type UAMethod,
  type UAObject,
  type UAVariable,
  WellKnownRoles,
} from 'node-opcua-address-space';
import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { AccessLevelFlag, NodeClass } from 'node-opcua-data-model';
import { nodesets } from 'node-opcua-nodesets';
import { MonitoredItem, OPCUAServer, Subscription } from 'node-opcua-server';
import { MessageSecurityMode, SecurityPolicy } from 'node-opcua-secure-channel';
import { type StatusCode, StatusCodes } from 'node-opcua-status-code';
import { DataType } from 'node-opcua-variant';
import {
  PACKML_NUMBERS,
  type PublishedLine,
  type PublishedOutput,
  type PublishedResult,
  RESULT_NUMBERS,
} from './published.ts';
import type { ServerAddress } from './server-address.ts';
import { MACHINE_VISION, VisionSystem } from './vision-system.ts';

/** URI of the namespace of this server's nodes. Its index is not promised. */
export const LINE_NAMESPACE = 'urn:lineside:line';

export interface LineServerOptions {
  readonly address: ServerAddress;
  /** For key, certificate and trusted clients. */
  readonly folder: string;
  readonly device: string;
  /** Makes a name that nothing else has, for results and for stretches of inspection. */
  readonly newId: () => string;
  /** Without a request for longer, a session ends, whatever its client asked for; a minute by default. */
  readonly maxSessionMs?: number;
}

const MAX_SESSIONS = 20;
/** What a client may have at most until a session without requests ends: one that was cut off holds its place so long. */
const MAX_SESSION_MS = 60_000;
const SAMPLE_MS = 50;
/** Index of the namespace of the server itself (OPC 10000-3, 8.2.2). */
const OWN = 1;
const READING = AccessLevelFlag.CurrentRead | AccessLevelFlag.HistoryRead;
const POLICIES = [
  SecurityPolicy.Basic256Sha256,
  SecurityPolicy.Aes128_Sha256_RsaOaep,
  SecurityPolicy.Aes256_Sha256_RsaPss,
];

/** A value of a node, or undefined where nothing is known. */
type Of<T> = (of: T) => boolean | number | string | undefined;

const LINE: readonly (readonly [name: string, type: DataType, of: Of<PublishedLine>])[] = [
  ['State', DataType.String, ({ state }) => state],
  ['StateReason', DataType.String, ({ why }) => why],
  ['Recipe', DataType.String, ({ recipe }) => recipe],
  ['Product', DataType.String, ({ product }) => product],
  ['PackMLState', DataType.String, ({ packml }) => packml],
  ['PackMLStateNumber', DataType.Int32, ({ packml }) => (packml === undefined ? undefined : PACKML_NUMBERS[packml])],
  ['StopReason', DataType.String, ({ stopReason = '' }) => stopReason],
];

const isReady = ({ readiness }: PublishedOutput): boolean => readiness === 'ready';
const OUTPUT: readonly (readonly [name: string, type: DataType, of: Of<PublishedOutput>])[] = [
  ['Ready', DataType.Boolean, isReady],
  ['Readiness', DataType.String, ({ readiness }) => readiness],
  ['Armed', DataType.Boolean, ({ armed }) => armed],
  ['Connected', DataType.Boolean, ({ connected }) => connected],
  // Without READY there is no result, whatever was the last.
  [
    'Result',
    DataType.Int32,
    (of) => (!isReady(of) ? 3 : of.newest === undefined ? 0 : RESULT_NUMBERS[of.newest.result]),
  ],
  ['Valid', DataType.Boolean, (of) => isReady(of) && ['ok', 'nok'].includes(of.newest?.result ?? '')],
  ['Reason', DataType.String, ({ newest }) => newest?.reason ?? 'none'],
  ['Piece', DataType.UInt32, ({ newest }) => newest?.piece ?? 0],
  ['InTransit', DataType.UInt32, ({ inTransit }) => inTransit],
  ['Good', DataType.UInt32, ({ ok }) => ok],
  ['Bad', DataType.UInt32, ({ nok }) => nok],
  ['NoResult', DataType.UInt32, ({ noResult }) => noResult],
  ['RejectsDone', DataType.UInt32, ({ rejectsDone }) => rejectsDone],
  ['RejectsFailed', DataType.UInt32, ({ rejectsFailed }) => rejectsFailed],
];

interface Shown<T> {
  readonly variable: UAVariable;
  readonly type: DataType;
  readonly of: Of<T>;
}

/**
 * The line as a server of OPC UA, for reading: a vision system of OPC 40100-1 with its state machines, the line with
 * recipe and PackML state, and each output with its results; states and results are events too. The library lets anybody
 * write a variable that does not forbid it: every one here does, and nobody may call a method.
 */
export class LineServer {
  readonly #server: OPCUAServer;
  readonly #manager: OPCUACertificateManager;
  #vision: VisionSystem | undefined;
  #folder: UAObject | undefined;
  #line: readonly Shown<PublishedLine>[] = [];
  readonly #outputs = new Map<string, readonly Shown<PublishedOutput>[]>();
  #heartbeat: UAVariable | undefined;
  #beats = 0;

  private constructor(server: OPCUAServer, manager: OPCUACertificateManager) {
    this.#server = server;
    this.#manager = manager;
  }

  /** Rejects where the address is taken. */
  static async open({
    address,
    folder,
    device,
    newId,
    maxSessionMs = MAX_SESSION_MS,
  }: LineServerOptions): Promise<LineServer> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const manager = new OPCUACertificateManager({ rootFolder: folder, automaticallyAcceptUnknownCertificate: false });
    const users = new OPCUACertificateManager({ rootFolder: join(folder, 'users') });
    // The library's own floors are 50 ms and more.
    MonitoredItem.minimumSamplingInterval = SAMPLE_MS;
    Subscription.minimumPublishingInterval = SAMPLE_MS;
    const server = new OPCUAServer({
      ...{ host: address.host, port: address.port, serverCertificateManager: manager, userCertificateManager: users },
      ...(address.host === '0.0.0.0' || address.host === '::' ? {} : { hostname: address.host }),
      serverInfo: { applicationUri: `urn:lineside:${device}`, applicationName: { text: `Lineside ${device}` } },
      buildInfo: { productName: 'Lineside' },
      nodesets: [nodesets.standard, nodesets.machineVision],
      securityPolicies: address.isOpen ? [SecurityPolicy.None, ...POLICIES] : POLICIES,
      securityModes: address.isOpen
        ? [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt]
        : [MessageSecurityMode.SignAndEncrypt],
      allowAnonymous: true,
      // Nobody has more rights than anybody else, so there is nobody to log in.
      userManager: { isValidUser: () => false },
      serverCapabilities: { maxSessions: MAX_SESSIONS },
      maxConnectionsPerEndpoint: MAX_SESSIONS,
    });
    // The library grants 50 minutes to whoever asks for them, and has no option for it.
    server.on('request', (request) => {
      if (!('requestedSessionTimeout' in request) || typeof request.requestedSessionTimeout !== 'number') return;
      request.requestedSessionTimeout = Math.min(request.requestedSessionTimeout, maxSessionMs);
    });
    await server.initialize();
    const line = new LineServer(server, manager);
    line.#build(newId);
    await server.start();
    return line;
  }

  get sessions(): number {
    return this.#server.engine.currentSessionCount;
  }

  /** What clients have open here. */
  get kept(): { readonly sessions: number; readonly subscriptions: number; readonly channels: number } {
    const { currentSessionCount, currentSubscriptionCount } = this.#server.engine;
    const channels = this.#server.currentChannelCount;
    return { sessions: currentSessionCount, subscriptions: currentSubscriptionCount, channels };
  }

  /** Looks at the folder of trusted certificates again: on a busy device the library misses that one was added. */
  async reloadTrust(): Promise<void> {
    await this.#manager.reloadCertificates();
  }

  /** Shows the line as it is now. */
  publish(line: PublishedLine): void {
    // What the library adds for each session has to be forbidden again.
    forbidWriting(this.#server.engine.addressSpace?.getNamespaceArray().slice(OWN, OWN + 1) ?? []);
    this.#vision?.show(line);
    for (const shown of this.#line) show(shown, line);
    for (const output of line.outputs) {
      for (const shown of this.#outputs.get(output.id) ?? this.#addOutput(output.id)) show(shown, output);
    }
    this.#beats = (this.#beats + 1) % 2 ** 32;
    this.#heartbeat?.setValueFromSource({ dataType: DataType.UInt32, value: this.#beats });
  }

  /** Tells those who have subscribed to events of a piece that was judged. */
  result(result: PublishedResult): void {
    this.#vision?.result(result);
  }

  /** Nothing is known any more: whoever reads gets no value. */
  lose(): void {
    this.#vision?.lose();
    const all = [...this.#line, ...[...this.#outputs.values()].flat()];
    for (const { variable, type } of all) setBad(variable, type);
  }

  async close(): Promise<void> {
    await this.#server.shutdown(0);
  }

  #build(newId: () => string): void {
    const space = this.#server.engine.addressSpace;
    if (!space) throw new Error('the server has no address space');
    const namespace = space.registerNamespace(LINE_NAMESPACE);
    this.#vision = new VisionSystem(space, namespace, newId);
    this.#folder = namespace.addObject({
      ...{ organizedBy: space.rootFolder.objects, browseName: 'Line', nodeId: 's=Line' },
    });
    this.#line = this.#variables(this.#folder, 'Line', LINE);
    const [beat] = this.#variables(this.#folder, 'Line', [['Heartbeat', DataType.UInt32, () => 0]]);
    this.#heartbeat = beat?.variable;
    for (const uri of [MACHINE_VISION, LINE_NAMESPACE]) refuseMethods(space.getNamespace(uri));
    refuseMissingMethods(space.getDefaultNamespace());
    forbidWriting(space.getNamespaceArray());
    this.lose();
  }

  #addOutput(id: string): readonly Shown<PublishedOutput>[] {
    const namespace = this.#server.engine.addressSpace?.getNamespace(LINE_NAMESPACE);
    if (namespace === undefined || this.#folder === undefined) return [];
    const object = namespace.addObject({ componentOf: this.#folder, browseName: id, nodeId: `s=Output/${id}` });
    const shown = this.#variables(object, `Output/${id}`, OUTPUT);
    this.#outputs.set(id, shown);
    return shown;
  }

  #variables<T>(
    parent: UAObject,
    path: string,
    nodes: readonly (readonly [name: string, type: DataType, of: Of<T>])[],
  ): readonly Shown<T>[] {
    const namespace = this.#server.engine.addressSpace?.getNamespace(LINE_NAMESPACE);
    if (namespace === undefined) return [];
    return nodes.map(([name, type, of]) => ({
      variable: namespace.addVariable({
        ...{ componentOf: parent, browseName: name, nodeId: `s=${path}/${name}`, dataType: type },
        ...{ accessLevel: 'CurrentRead', userAccessLevel: 'CurrentRead', minimumSamplingInterval: SAMPLE_MS },
      }),
      ...{ type, of },
    }));
  }
}

function show<T>({ variable, type, of }: Shown<T>, from: T): void {
  const value = of(from);
  if (value === undefined) setBad(variable, type);
  else variable.setValueFromSource({ dataType: type, value });
}

function setBad(variable: UAVariable, type: DataType): void {
  const value = type === DataType.String ? '' : type === DataType.Boolean ? false : 0;
  variable.setValueFromSource({ dataType: type, value }, StatusCodes.BadWaitingForInitialData);
}

/** Variables of types come from files in which they may be written, and the library lets strangers do so. */
function forbidWriting(namespaces: readonly INamespace[]): void {
  for (const namespace of namespaces) {
    for (const node of namespace.nodeIterator()) {
      if (node.nodeClass !== NodeClass.Variable) continue;
      const variable = node as UAVariable;
      variable.accessLevel &= READING;
      variable.userAccessLevel = (variable.userAccessLevel ?? variable.accessLevel) & READING;
    }
  }
}

/**
 * Nobody starts, halts or resets the device over the plant's network: a person does that, with a name in the audit. OPC 40100-1
 * (3.3.3.5) wants its methods to be executable, and leaves it to the server by whom: here by no user. Those of the types
 * too, for they can be called on the type. The library looks at the arguments first.
 */
function refuseMethods(namespace: INamespace): void {
  for (const method of methodsOf(namespace)) {
    method.setRolePermissions([{ roleId: WellKnownRoles.Anonymous, permissions: PermissionType.Browse }]);
    answer(method, StatusCodes.BadUserAccessDenied);
  }
}

/** Nothing here outlives its session. */
const NEVER_EXECUTABLE = ['SetSubscriptionDurable'];

/** Methods of the standard that this server does not have cannot be executed; the library calls that an internal error. */
function refuseMissingMethods(namespace: INamespace): void {
  for (const method of methodsOf(namespace)) {
    if (method.isBound() && !NEVER_EXECUTABLE.includes(method.browseName.name ?? '')) continue;
    answer(method, StatusCodes.BadNotExecutable);
    method._getExecutableFlag = () => false;
  }
}

function answer(method: UAMethod, statusCode: StatusCode): void {
  method.bindMethod((_inputs, _context, callback) => callback(null, { statusCode, outputArguments: [] }));
}

function methodsOf(namespace: INamespace): readonly UAMethod[] {
  return [...namespace.nodeIterator()].filter((node): node is UAMethod => node.nodeClass === NodeClass.Method);
}
