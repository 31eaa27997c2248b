import type { Desired, Reported, TargetReference } from '@lineside/protocol';
import { type DesiredDocument, hasSpace, namedFor, nextDocument, referenceTo } from './desired-document.ts';
import { needsPerson, outcomeOf, reportAbout } from './line-report.ts';
import { COLLECTOR, isOver, type Rollout, type RolloutLine, type RolloutNote } from './rollout.ts';

/** What is known now of a line. */
export interface LineFacts {
  readonly online: boolean;
  readonly reported: Reported | null | undefined;
  /** Its desired document. */
  readonly document: Desired | undefined;
}

/** A rollout after a step, with what is to be stored and published together with it. */
export interface Stepped {
  readonly rollout: Rollout;
  readonly documents: readonly DesiredDocument[];
  readonly notes: readonly RolloutNote[];
}

/**
 * Takes a rollout as far as it goes now: reads what lines report, stops at a threshold, begins the next group. Pure, and
 * does nothing where nothing has changed, so that it may be called at any time and by any collector.
 */
export function step(rollout: Rollout, factsOf: (device: string) => LineFacts, nowMs: number): Stepped {
  const work = new Work(rollout, factsOf, nowMs);
  if (!isOver(rollout)) work.run();
  return work;
}

/** The rollout ends before all lines are through: those that are not get their document from before. */
export function end(
  rollout: Rollout,
  how: { readonly state: 'stopped' | 'failed'; readonly reason: string; readonly who: string },
  factsOf: (device: string) => LineFacts,
  nowMs: number,
): Stepped {
  const work = new Work(rollout, factsOf, nowMs);
  work.end(how);
  return work;
}

/** How many lines of each state a group has. */
export function tally(
  lines: readonly RolloutLine[],
  group: number,
): Readonly<Record<RolloutLine['state'] | 'all', number>> {
  const counts = { waiting: 0, offered: 0, updating: 0, committed: 0, failed: 0, withdrawn: 0, all: 0 };
  for (const line of lines) {
    if (line.group !== group) continue;
    counts[line.state] += 1;
    counts.all += 1;
  }
  return counts;
}

class Work implements Stepped {
  rollout: Rollout;
  readonly documents: DesiredDocument[] = [];
  readonly notes: RolloutNote[] = [];
  readonly #factsOf: (device: string) => LineFacts;
  readonly #nowMs: number;

  constructor(rollout: Rollout, factsOf: (device: string) => LineFacts, nowMs: number) {
    this.rollout = rollout;
    this.#factsOf = factsOf;
    this.#nowMs = nowMs;
  }

  run(): void {
    this.#set({ lines: this.rollout.lines.map((line) => this.#read(line)) });
    const why = this.#reasonToStop();
    if (why !== undefined) return this.end({ state: 'failed', reason: why, who: COLLECTOR });
    if (this.rollout.state === 'running') this.#advance();
  }

  end({ state, reason, who }: { state: 'stopped' | 'failed'; reason: string; who: string }): void {
    this.#set({
      ...{ state, reason },
      lines: this.rollout.lines.map((line) => {
        if (line.state === 'committed' || line.state === 'failed') return line;
        return this.#withdraw({ ...line, state: 'withdrawn', sinceMs: this.#nowMs });
      }),
    });
    this.#note(state, undefined, reason, who);
  }

  #set(changes: Partial<Rollout>): void {
    this.rollout = { ...this.rollout, ...changes };
  }

  #note(action: string, device?: string, detail?: string, who = COLLECTOR): void {
    this.notes.push({
      ...{ atMs: this.#nowMs, who, action },
      ...(device === undefined ? {} : { device }),
      ...(detail === undefined ? {} : { detail }),
    });
  }

  /** The line as its device reports it. One that has failed is not looked at again: its document no longer names the release. */
  #read(line: RolloutLine): RolloutLine {
    if (line.state === 'waiting' || line.state === 'failed' || line.state === 'withdrawn') return line;
    const { reported, online, document } = this.#factsOf(line.device);
    const report = reportAbout(reported, this.rollout.release.target);
    const newest = document?.revision ?? 0;
    // It has read a document that this collector does not know, of a store that was lost or of a stranger: it would refuse a lower revision.
    if (report !== undefined && report.floor > newest) {
      this.#note('document_renewed', line.device, `the device has seen revision ${report.revision}`);
      return this.#document(line, referenceTo(this.rollout.release));
    }
    // What it says about a stranger's document says nothing either; it follows that of this collector as soon as it has it.
    if (report !== undefined && report.revision > newest) return line;
    // What it says about an earlier document says nothing about this release.
    if (report === undefined || report.revision < (line.revision ?? 0)) return line;
    const { reason, progress, shadow = line.shadow, state: deviceState } = report;
    const acceptedAtMs = line.acceptedAtMs ?? this.#nowMs;
    const { lineDeadlineMs } = this.rollout;
    const tooLate = online && lineDeadlineMs !== undefined && this.#nowMs - acceptedAtMs > lineDeadlineMs;
    const said = outcomeOf(deviceState);
    if (line.state === 'committed' && said !== 'failed') return line;
    const state = said === 'updating' && tooLate ? 'failed' : said;
    const why = reason ?? (state === 'failed' && said === 'updating' ? 'not through in time' : undefined);
    const next: RolloutLine = {
      ...{ device: line.device, group: line.group, state, acceptedAtMs, deviceState },
      sinceMs: state === line.state ? line.sinceMs : this.#nowMs,
      ...(line.revision === undefined ? {} : { revision: line.revision }),
      ...(line.before === undefined ? {} : { before: line.before }),
      ...(why === undefined ? {} : { reason: why.slice(0, 512) }),
      ...(progress === undefined ? {} : { progress }),
      ...(shadow === undefined ? {} : { shadow: shadow.slice(0, 512) }),
    };
    if (state !== line.state) this.#note(state, line.device, why ?? (state === 'updating' ? deviceState : undefined));
    return state === 'failed' ? this.#withdraw(next) : next;
  }

  /** The document names again what it named before, so that later reports are not about a release that did not stay. */
  #withdraw(line: RolloutLine): RolloutLine {
    return line.revision === undefined ? line : this.#document(line, line.before);
  }

  #document(line: RolloutLine, reference: TargetReference | undefined): RolloutLine {
    const { document, reported } = this.#factsOf(line.device);
    const { revision, floor = revision } = reported?.desired ?? {};
    const next = nextDocument(document, floor, this.rollout.release, reference, this.#nowMs);
    this.documents.push({ device: line.device, document: next });
    return { ...line, revision: next.revision };
  }

  #reasonToStop(): string | undefined {
    const { lines, groups, errors, success, current } = this.rollout;
    const lost = lines.find(({ state, deviceState }) => state === 'failed' && needsPerson(deviceState));
    if (lost !== undefined) return `${lost.device} could not go back to the model before`;
    for (const [index, { name }] of groups.entries()) {
      if (index > current) break;
      const { failed, all } = tally(lines, index);
      if (failed > Math.floor(errors * all)) return `${failed} of ${all} lines of ${name} failed`;
      if (all - failed < Math.ceil(success * all)) {
        return `${failed} of ${all} lines of ${name} failed: no longer can ${percent(success)} of them succeed`;
      }
    }
    return undefined;
  }

  #advance(): void {
    for (;;) {
      const { current, groups, lines, success } = this.rollout;
      if (current >= 0) {
        const { committed, all } = tally(lines, current);
        if (committed < Math.ceil(success * all)) {
          this.rollout = notReached(this.rollout);
          return;
        }
        if (this.rollout.reachedAtMs === undefined) {
          this.#set({ reachedAtMs: this.#nowMs });
          this.#note('group_succeeded', undefined, `${groups[current]?.name}: ${committed} of ${all} lines`);
        }
        const { reachedAtMs = this.#nowMs } = this.rollout;
        if (this.#nowMs - reachedAtMs < (groups[current]?.soakMs ?? 0)) return;
      }
      if (current + 1 === groups.length) return this.#finish();
      if (!this.#isApproved(current + 1)) {
        this.#set({ state: 'waiting_for_approval' });
        this.#note('waiting_for_approval', undefined, groups[current + 1]?.name);
        return;
      }
      this.#begin(current + 1);
    }
  }

  #isApproved(group: number): boolean {
    const { approval, approvals } = this.rollout;
    if (approval === 'none' || (approval === 'start' && group > 0)) return true;
    return approvals.some((given) => given.group === group);
  }

  #begin(group: number): void {
    this.rollout = { ...notReached(this.rollout), current: group };
    const { groups, lines } = this.rollout;
    this.#note('group_began', undefined, groups[group]?.name);
    this.#set({ lines: lines.map((line) => (line.group === group ? this.#offer(line) : line)) });
  }

  #offer(line: RolloutLine): RolloutLine {
    const { release } = this.rollout;
    const { document } = this.#factsOf(line.device);
    const sinceMs = this.#nowMs;
    if (!hasSpace(document, release)) {
      this.#note('failed', line.device, 'its document names as many models as it can');
      return { ...line, state: 'failed', sinceMs, reason: 'its document names as many models as it can' };
    }
    const before = namedFor(document, release);
    const offered: RolloutLine = { ...line, state: 'offered', sinceMs, ...(before === undefined ? {} : { before }) };
    return this.#document(offered, referenceTo(release));
  }

  /** A line that is not through, offline perhaps, keeps the rollout open: not yet is no success. */
  #finish(): void {
    const { lines } = this.rollout;
    if (lines.some(({ state }) => state !== 'committed' && state !== 'failed')) return;
    const failed = lines.filter(({ state }) => state === 'failed').length;
    this.#set({ state: 'done' });
    this.#note('done', undefined, `${lines.length - failed} of ${lines.length} lines have it`);
  }
}

/** The rollout while its current group has not enough committed lines. */
function notReached(rollout: Rollout): Rollout {
  const next = { ...rollout };
  delete next.reachedAtMs;
  return next;
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
