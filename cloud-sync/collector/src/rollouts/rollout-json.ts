import type { Rollout, RolloutNote } from './rollout.ts';
import { tally } from './step.ts';

/** A rollout in lists, as the API and `rollout list --json` give it. Times are milliseconds since 1970. */
export function rolloutSummary(rollout: Rollout): object {
  const { id, state, reason = null, createdBy, createdAtMs, approval, current, lines } = rollout;
  const { kind, id: series, version, target } = rollout.release;
  return {
    ...{ id, state, reason, createdBy, createdAtMs, approval },
    release: { kind, id: series, version, target },
    groups: rollout.groups.map(({ name, soakMs }, index) => {
      const { all, ...states } = tally(lines, index);
      return { name, soakMs, lines: all, ...states, begun: index <= current };
    }),
    /** Group whose beginning waits for a second person. */
    waitsFor: state === 'waiting_for_approval' ? (rollout.groups[current + 1]?.name ?? null) : null,
    soaksUntilMs: soaksUntil(rollout),
  };
}

/** A rollout with each of its lines, and its history, newest first. */
export function rolloutJson(rollout: Rollout, history: readonly RolloutNote[]): object {
  const { lines, groups, success, errors, lineDeadlineMs = null, approvals } = rollout;
  return {
    ...rolloutSummary(rollout),
    ...{ success, errors, lineDeadlineMs, approvals },
    lines: lines.map((line) => {
      const { device, state, sinceMs, deviceState = null, reason = null, progress = null, shadow = null } = line;
      return { device, group: groups[line.group]?.name ?? '', state, sinceMs, deviceState, reason, progress, shadow };
    }),
    history: history.map(({ device = null, detail = null, ...note }) => ({ ...note, device, detail })),
  };
}

function soaksUntil({ state, current, groups, reachedAtMs }: Rollout): number | null {
  if (state !== 'running' || reachedAtMs === undefined || current + 1 === groups.length) return null;
  return reachedAtMs + (groups[current]?.soakMs ?? 0);
}
