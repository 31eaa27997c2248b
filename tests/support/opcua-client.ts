import { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  ClientSubscription,
  constructEventFilter,
  NodeClass,
  type NodeId,
  OPCUAClient,
  resolveNodeId,
  TimestampsToReturn,
  type Variant,
} from 'node-opcua-client';

const PUBLISHING_MS = 100;
const MANY = 10_000;
/** `Server_ServerStatus_State` (OPC 10000-6, annex A). */
const SERVER_STATE = 'i=2259';

export interface OpcuaSession extends AsyncDisposable {
  readonly client: OPCUAClient;
  readonly session: ClientSession;
}

/** A client with the library alone, as a stranger has it; certificates in `rootFolder`. Without encryption. */
export async function openOpcuaSession(url: string, rootFolder: string, sessionMs = 60_000): Promise<OpcuaSession> {
  const clientCertificateManager = new OPCUACertificateManager({ rootFolder });
  const client = OPCUAClient.create({
    ...{ endpointMustExist: false, connectionStrategy: { maxRetry: 0 }, clientCertificateManager },
    requestedSessionTimeout: sessionMs,
  });
  await client.connect(url);
  const session = await client.createSession();
  return {
    client,
    session,
    [Symbol.asyncDispose]: async () => {
      await session.close();
      await client.disconnect();
    },
  };
}

export const VARIABLE: number = NodeClass.Variable;
export const METHOD: number = NodeClass.Method;

export interface FoundNode {
  readonly nodeId: NodeId;
  /** One of `VARIABLE`, `METHOD` and others. */
  readonly nodeClass: number;
  readonly name: string;
  readonly parent: NodeId;
}

/** Every node below the root, types included, each as often as it has a parent. */
export async function everyNode(session: ClientSession): Promise<readonly FoundNode[]> {
  const found: FoundNode[] = [];
  const seen = new Set<string>();
  let level: readonly NodeId[] = [resolveNodeId('i=84')];
  while (level.length > 0) {
    const next: NodeId[] = [];
    for (const some of chunks(level)) {
      const results = await session.browse(
        some.map((nodeId) => ({
          ...{ nodeId, browseDirection: BrowseDirection.Forward, referenceTypeId: 'HierarchicalReferences' },
          ...{ includeSubtypes: true, nodeClassMask: 0, resultMask: 63 },
        })),
      );
      for (const [n, { references }] of results.entries()) {
        for (const { nodeId, nodeClass, browseName } of references ?? []) {
          const parent = some[n];
          if (parent === undefined) continue;
          found.push({ nodeId, nodeClass, name: browseName.name ?? '', parent });
          if (!seen.has(nodeId.toString())) next.push(nodeId);
          seen.add(nodeId.toString());
        }
      }
    }
    level = next;
  }
  return found;
}

export function chunks<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / 200) }, (_, n) => all.slice(n * 200, (n + 1) * 200));
}

/** One event: the fields that were asked for, by name. A field that the event does not have is null. */
export type OpcuaEvent = Readonly<Record<string, unknown>>;

/** Collects the events of a node. `fields` with the index of their namespace where it is not 0: `7:ResultId`. */
export async function collectEvents(
  session: ClientSession,
  nodeId: string,
  fields: readonly string[],
): Promise<{ readonly events: readonly OpcuaEvent[]; readonly subscription: ClientSubscription }> {
  const events: OpcuaEvent[] = [];
  const subscription = await session.createSubscription2({
    ...{ requestedPublishingInterval: PUBLISHING_MS, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: 10 },
    ...{ publishingEnabled: true, maxNotificationsPerPublish: 0, priority: 1 },
  });
  const item = await subscription.monitor(
    { nodeId, attributeId: AttributeIds.EventNotifier },
    { filter: constructEventFilter([...fields]), queueSize: MANY, discardOldest: true, samplingInterval: 0 },
    TimestampsToReturn.Neither,
  );
  item.on('changed', (values: Variant[]) => {
    events.push(Object.fromEntries(fields.map((field, n) => [field, values[n]?.value as unknown])));
  });
  // The server answers before it listens to its own events, in a later turn of its loop: one more answer comes after that.
  await session.read({ nodeId: SERVER_STATE, attributeId: AttributeIds.Value });
  return { events, subscription };
}
