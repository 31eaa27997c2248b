import type { CameraView, FeedView, PlantServerView, SignalView } from '../../status/index.ts';

export interface ServiceFinding {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** What a running service says of itself, as far as the doctor uses it. */
export interface ServiceFacts {
  readonly version?: string;
  readonly configHash?: string;
  readonly configPath: string;
  /** The file is refused, and the one before it is in force: the service's own health says so. */
  readonly usesLastGood: boolean;
  readonly reasons: readonly ServiceFinding[];
  readonly warnings: readonly ServiceFinding[];
  readonly cameras: readonly Pick<CameraView, 'id' | 'state' | 'behindMs' | 'picture' | 'stream' | 'decoder'>[];
}

/** Reads an answer to /api/v1/status; both ends are from one package, and perhaps from two releases of it. */
export function serviceFacts(body: unknown): ServiceFacts {
  const [config, health] = [valueOf(body, 'config'), valueOf(body, 'health')];
  const [version, configHash] = [textOf(body, 'version'), textOf(config, 'sourceHash')];
  return {
    ...(version === undefined ? {} : { version }),
    ...(configHash === undefined ? {} : { configHash }),
    configPath: textOf(config, 'path') ?? '',
    usesLastGood: textOf(config, 'state') === 'last_good',
    reasons: listOf(health, 'reasons').filter(isFinding),
    warnings: listOf(health, 'warnings').filter(isFinding),
    cameras: listOf(body, 'cameras').filter(isCamera),
  };
}

/** Reads an answer to /api/v1/signals. */
export function signalFacts(body: unknown): readonly Pick<SignalView, 'id' | 'state' | 'reason'>[] {
  return listOf(body, 'signals').filter(isSignal);
}

/** Reads feeds and servers of OPC UA out of an answer to /api/v1/status. */
export function publishingFacts(body: unknown): {
  readonly feeds: readonly Pick<FeedView, 'id' | 'connected' | 'problem'>[];
  readonly servers: readonly Pick<PlantServerView, 'url' | 'up' | 'problem'>[];
} {
  return { feeds: listOf(body, 'feeds').filter(isFeed), servers: listOf(body, 'plantServers').filter(isServer) };
}

function valueOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textOf(value: unknown, key: string): string | undefined {
  const text = valueOf(value, key);
  return typeof text === 'string' ? text : undefined;
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = valueOf(value, key);
  return Array.isArray(list) ? list : [];
}

function isFinding(value: unknown): value is ServiceFinding {
  return ['code', 'message', 'advice'].every((key) => textOf(value, key) !== undefined);
}

function isCamera(value: unknown): value is ServiceFacts['cameras'][number] {
  return textOf(value, 'id') !== undefined && textOf(value, 'state') !== undefined;
}

function isSignal(value: unknown): value is Pick<SignalView, 'id' | 'state' | 'reason'> {
  return textOf(value, 'id') !== undefined && textOf(value, 'state') !== undefined;
}

function isFeed(value: unknown): value is Pick<FeedView, 'id' | 'connected' | 'problem'> {
  return textOf(value, 'id') !== undefined && typeof valueOf(value, 'connected') === 'boolean';
}

function isServer(value: unknown): value is Pick<PlantServerView, 'url' | 'up' | 'problem'> {
  return textOf(value, 'url') !== undefined && typeof valueOf(value, 'up') === 'boolean';
}
