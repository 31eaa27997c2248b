import {
  AttributeIds,
  BrowseDirection,
  type ClientSession,
  DataType,
  NodeClass,
  type NodeId,
  type ReferenceDescription,
  resolveNodeId,
  type Variant,
} from 'node-opcua-client';
import type { BrowsedPoint } from '../point-protocol.ts';
import { readingOf } from './values.ts';

export interface Ask {
  readonly session: ClientSession;
  readonly uris: readonly string[];
  /** With the deadline of every request. */
  answered<T>(work: Promise<T>): Promise<T>;
}

const OBJECTS = 'i=85';
/** The server's description of itself: hundreds of nodes that say nothing of the plant. */
const SERVER = 'ns=0;i=2253';
const MAX_DEPTH = 8;
const MAX_VISITED = 2_000;
const NAMED_BITS = 1 | 2;
const VARIABLE: number = NodeClass.Variable;
const METHOD: number = NodeClass.Method;

interface Place {
  readonly nodeId: NodeId;
  readonly path: string;
  readonly depth: number;
}

/** Variables below a node, nearest first, with what they hold. Folders and objects are passed through. */
export async function browseNodes(ask: Ask, from: string | undefined, limit: number): Promise<readonly BrowsedPoint[]> {
  const points: BrowsedPoint[] = [];
  const waiting: Place[] = [{ nodeId: resolveNodeId(from ?? OBJECTS), path: '', depth: 0 }];
  const seen = new Set<string>();
  if (from !== undefined) points.push(...(await variableAt(ask, { nodeId: resolveNodeId(from), path: '.', depth: 0 })));
  for (let next = waiting.shift(); next !== undefined && points.length < limit; next = waiting.shift()) {
    if (next.depth >= MAX_DEPTH || seen.size > MAX_VISITED) break;
    for (const reference of await childrenOf(ask, next.nodeId)) {
      const id = reference.nodeId.toString();
      if (seen.has(id) || id === SERVER) continue;
      seen.add(id);
      const name = reference.browseName.name ?? '?';
      const place = {
        nodeId: reference.nodeId,
        path: next.path === '' ? name : `${next.path}/${name}`,
        depth: next.depth + 1,
      };
      const kind: number = reference.nodeClass;
      if (kind === VARIABLE) points.push(...(await variableAt(ask, place)));
      if (kind !== METHOD) waiting.push(place);
      if (points.length >= limit) break;
    }
  }
  return points.slice(0, limit);
}

async function childrenOf({ session, answered }: Ask, nodeId: NodeId): Promise<readonly ReferenceDescription[]> {
  const found: ReferenceDescription[] = [];
  let result = await answered(
    session.browse({
      nodeId,
      browseDirection: BrowseDirection.Forward,
      referenceTypeId: 'HierarchicalReferences',
      includeSubtypes: true,
      ...{ nodeClassMask: 0, resultMask: 63 },
    }),
  );
  found.push(...(result.references ?? []));
  while (hasMore(result.continuationPoint) && found.length < MAX_VISITED) {
    result = await answered(session.browseNext(result.continuationPoint, false));
    found.push(...(result.references ?? []));
  }
  return found;
}

async function variableAt({ session, uris, answered }: Ask, { nodeId, path }: Place): Promise<readonly BrowsedPoint[]> {
  const ids = [AttributeIds.Value, AttributeIds.UserAccessLevel, AttributeIds.NodeClass];
  const [value, access, kind] = await answered(session.read(ids.map((attributeId) => ({ nodeId, attributeId }))));
  if (value === undefined || kind?.value.value !== VARIABLE) return [];
  const reading = readingOf(value);
  const level: unknown = access?.value.value;
  const word = typeof level === 'number' ? ACCESS[level & NAMED_BITS] : undefined;
  return [
    {
      point: namedId(nodeId, uris),
      readings: {
        name: path,
        type: typeName(value.value),
        ...(word === undefined ? {} : { access: word }),
        value: 'bad' in reading ? `bad (${reading.bad})` : String(reading.value),
      },
    },
  ];
}

/** The types of the library say that there is always one. */
function hasMore(point: Uint8Array | null | undefined): boolean {
  return point !== null && point !== undefined && point.length > 0;
}

/** As above; a node with a bad status has no value. */
function typeName(variant: Variant | null | undefined): string {
  return variant === null || variant === undefined ? 'unknown' : DataType[variant.dataType];
}

const ACCESS: Readonly<Record<number, string>> = { 0: 'none', 1: 'read', 2: 'write', 3: 'read-write' };

/** With the URI of the namespace in place of its index, which may be another one tomorrow. */
function namedId(nodeId: NodeId, uris: readonly string[]): string {
  const text = nodeId.toString().replace(/^ns=\d+;/, '');
  const uri = uris[nodeId.namespace];
  return nodeId.namespace === 0 || uri === undefined ? text : `nsu=${uri};${text}`;
}
