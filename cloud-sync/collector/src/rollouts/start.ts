import { UsageError } from '../errors/index.ts';
import type { Person } from '../people/index.ts';
import {
  type Approval,
  MAX_GROUPS,
  MAX_ROLLOUT_LINES,
  type Rollout,
  type RolloutNote,
  type RolloutRelease,
} from './rollout.ts';

/** A group as a person names it: device ids, in which `*` stands for any characters. */
export interface GroupWish {
  readonly name: string;
  readonly devices: readonly string[];
}

export interface StartFacts {
  readonly release: RolloutRelease & { readonly devices?: readonly string[] | undefined };
  /** In their order; a device belongs to the first that names it. */
  readonly groups: readonly GroupWish[];
  readonly soakMs: number;
  readonly success: number;
  readonly errors: number;
  readonly lineDeadlineMs?: number | undefined;
  readonly approval: Approval;
  readonly by: Person;
  readonly nowMs: number;
  /** Devices that have a credential or were connected. */
  readonly known: readonly string[];
  /** Rollouts that are not over. */
  readonly active: readonly Rollout[];
  readonly taken: (id: string) => boolean;
}

/** A new rollout, nothing of it begun. Throws UsageError with what is wrong about it. */
export function startRollout(facts: StartFacts): { readonly rollout: Rollout; readonly notes: readonly RolloutNote[] } {
  const { release, success, errors, lineDeadlineMs, approval, by, nowMs, soakMs } = facts;
  if (approval !== 'none' && !by.proven) throw unproven(by);
  const members = membersOf(facts);
  const lines = members.flatMap(({ devices }, group) =>
    devices.map((device) => ({ device, group, state: 'waiting' as const, sinceMs: nowMs })),
  );
  if (lines.length > MAX_ROLLOUT_LINES) throw invalid(`it has more than ${MAX_ROLLOUT_LINES} lines`);
  assertMeant(facts, lines);
  assertFree(facts, lines);
  const { kind, id, version, counter, target, bytes, sha256 } = release;
  const rollout: Rollout = {
    ...{
      v: 1,
      id: freeId(facts),
      change: 0,
      createdBy: by.name,
      ...(by.proven ? { proven: true } : {}),
      createdAtMs: nowMs,
      release: { kind, id, version, counter, target, bytes, sha256 },
    },
    state: approval === 'none' ? 'running' : 'waiting_for_approval',
    groups: members.map(({ name }) => ({ name, soakMs })),
    ...{ success, errors, approval, approvals: [], current: -1, lines },
    ...(lineDeadlineMs === undefined ? {} : { lineDeadlineMs }),
  };
  const groups = members.map(({ name, devices }) => `${name} ${devices.length}`).join(', ');
  return { rollout, notes: [{ atMs: nowMs, who: by.name, action: 'created', detail: `${release.target}: ${groups}` }] };
}

/** Where one person must approve what another has begun, both must be known by more than a name. */
export function unproven({ name }: Person): UsageError {
  return new UsageError({
    code: 'person_unproven',
    message: `nothing proves that this is ${name}, and an approval is between two persons`,
    advice:
      'give the token of an account (people in the configuration): --token-file FILE, or sign in with it on the page',
  });
}

function membersOf({ groups, known }: StartFacts): readonly GroupWish[] {
  if (groups.length === 0 || groups.length > MAX_GROUPS) throw invalid(`it needs 1 to ${MAX_GROUPS} groups`);
  const taken = new Set<string>();
  return groups.map(({ name, devices }) => {
    const found: string[] = [];
    for (const wish of devices) {
      const fits = known.filter((device) => matches(wish, device));
      if (fits.length === 0) {
        throw new UsageError({
          code: 'device_unknown',
          message: `group ${name}: no device here is called ${wish}`,
          advice: 'lineside-collector device list',
        });
      }
      for (const device of fits) {
        if (taken.has(device)) continue;
        taken.add(device);
        found.push(device);
      }
    }
    if (found.length === 0) throw invalid(`group ${name} has no line that an earlier group does not have`);
    return { name, devices: found };
  });
}

function matches(wish: string, device: string): boolean {
  const [first = '', ...rest] = wish.split('*');
  if (rest.length === 0) return device === first;
  const last = rest.pop() ?? '';
  if (!device.startsWith(first) || !device.endsWith(last) || device.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    at = device.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at <= device.length - last.length;
}

function assertMeant({ release }: StartFacts, lines: readonly { readonly device: string }[]): void {
  const other = release.devices && lines.find(({ device }) => release.devices?.includes(device) === false);
  if (other === undefined) return;
  throw new UsageError({
    code: 'rollout_not_meant',
    message: `${release.target} is not released for ${other.device}`,
    advice: 'leave that line out, or release it for that line too: release add-model --device',
  });
}

/** Two rollouts of one series would take turns on a line for ever. */
function assertFree({ active, release }: StartFacts, lines: readonly { readonly device: string }[]): void {
  const wanted = new Set(lines.map(({ device }) => device));
  for (const other of active) {
    if (other.release.kind !== release.kind || other.release.id !== release.id) continue;
    const both = other.lines.find(({ device }) => wanted.has(device));
    if (both === undefined) continue;
    throw new UsageError({
      code: 'rollout_overlaps',
      message: `${other.id}, which is not over, has the line ${both.device} too`,
      advice: `lineside-collector rollout stop ${other.id}`,
    });
  }
}

function freeId({ release, taken }: StartFacts): string {
  const plain = `${release.id}-${release.version}`;
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? plain : `${plain}.${n}`;
    if (!taken(id)) return id;
  }
}

function invalid(why: string): UsageError {
  return new UsageError({
    code: 'rollout_invalid',
    message: `this rollout cannot begin: ${why}`,
    advice: 'lineside-collector rollout start --help shows how groups are named',
  });
}
