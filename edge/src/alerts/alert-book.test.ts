import { describe, expect, it } from 'vitest';
import {
  type AlertState,
  EMPTY_STATE,
  groupPending,
  noteAttempt,
  noteConditions,
  noteEvents,
  withoutTarget,
} from './alert-book.ts';
import type { AlertCondition } from './senders/index.ts';

const condition = (key: string, critical = false): AlertCondition => ({
  ...{ key, kind: 'camera_health', critical, text: `text of ${key}`, advice: 'do' },
});

/** One line's alerts on a clock that the test moves. */
class Story {
  state: AlertState = EMPTY_STATE;
  nowMs = 1_000_000;
  quiet = false;
  readonly #firstSeen = new Map<string, number>();

  at(seconds: number, ...conditions: readonly AlertCondition[]): this {
    this.nowMs = 1_000_000 + seconds * 1000;
    const facts = { nowMs: this.nowMs, lastsMs: 30_000, firstSeen: this.#firstSeen };
    return this.#group(noteConditions(this.state, conditions, facts));
  }

  events(seconds: number, ...keys: readonly string[]): this {
    this.nowMs = 1_000_000 + seconds * 1000;
    const events = keys.map((key) => ({ condition: condition(key, true), atMs: this.nowMs }));
    return this.#group(noteEvents(this.state, events, this.nowMs));
  }

  /** As `began a, ended b`, one text for each message. */
  get messages(): readonly string[] {
    return this.state.outbox.map(({ message }) => message.lines.map(({ phase, key }) => `${phase} ${key}`).join(', '));
  }

  #group(state: AlertState): this {
    const facts = {
      nowMs: this.nowMs,
      groupMs: 20_000,
      quiet: this.quiet,
      device: 'd',
      line: 'L',
      targets: ['a', 'b'],
    };
    this.state = groupPending(state, facts);
    return this;
  }
}

const [dark, lost, down] = [condition('dark'), condition('lost'), condition('down', true)];

describe('the book of alerts', () => {
  it('reports what lasts once, with what follows shortly after, and when it is over', () => {
    const story = new Story().at(0, dark).at(29, dark);
    expect(story.messages).toEqual([]);
    story.at(30, dark, lost).at(45, dark, lost).at(60, dark, lost);
    expect(story.messages).toEqual(['began dark, began lost']);
    story.at(3_600, dark, lost).at(3_601, lost).at(3_632, lost).at(3_653, lost);
    expect(story.messages).toEqual(['began dark, began lost', 'ended dark']);
  });

  it('says nothing of what is gone at once, nor of what comes back at once', () => {
    const story = new Story().at(0, dark).at(10).at(20, dark).at(40, dark);
    expect(story.state.pending).toEqual([]);
    story.at(60, dark).at(90, dark).at(100).at(110, dark).at(200, dark);
    expect(story.messages).toEqual(['began dark']);
  });

  it('sends in quiet hours what is critical, and the rest afterwards', () => {
    const story = new Story();
    story.quiet = true;
    story.at(0, dark, down).at(30, dark, down).at(60, dark, down).at(90, down).at(121, down).at(200, down);
    expect(story.messages).toEqual(['began down']);
    story.quiet = false;
    story.at(300, down);
    expect(story.messages).toEqual(['began down', 'began dark, ended dark']);
  });

  it('reports each event once, whatever is asked again', () => {
    const story = new Story().events(0, 'e1').events(5, 'e1', 'e2').events(25, 'e2').events(99, 'e1', 'e2');
    expect(story.messages).toEqual(['began e1, began e2']);
  });

  it('does not wait for ever when the clock is set back', () => {
    const story = new Story().events(1_000, 'e1').events(-5_000);
    expect(story.messages).toEqual(['began e1']);
  });

  it('keeps a message until each target has it, and retries ever later', () => {
    const { state } = new Story().events(0, 'e1').events(30);
    const [first] = state.outbox;
    const id = first?.message.id ?? '';
    const one = withoutTarget(state, id, 'a');
    expect(one.outbox[0]?.targets).toEqual(['b']);
    const failed = noteAttempt(one, id, { configured: ['a', 'b'], nowMs: 0 });
    expect(failed.outbox[0]).toMatchObject({ targets: ['b'], attempts: 1, nextMs: 15_000 });
    expect(noteAttempt(failed, id, { configured: ['a', 'b'], nowMs: 0 }).outbox[0]?.nextMs).toBe(30_000);
    expect(noteAttempt(failed, id, { configured: ['a'], nowMs: 0 }).outbox).toEqual([]);
    expect(withoutTarget(one, id, 'b').outbox).toEqual([]);
  });
});
