import { STREAMS, type Stream } from '@lineside/protocol';
import { expect, test } from 'vitest';
import { dice } from '../../../../tests/support/dice.ts';
import type { Outbox, OutboxBatch, OutboxStream } from '../ports/index.ts';
import { SendWindow, type WindowOptions } from './send-window.ts';

/** Numbers only: `lengths` records per stream, all of one age unless reported. */
const outboxOf = (
  lengths: Partial<Record<Stream, number>>,
  firstHeld = 1,
  ages: Partial<Record<Stream, number>> = {},
) => {
  const acked = new Map<Stream, number>();
  const state = (stream: Stream): OutboxStream => {
    const next = (lengths[stream] ?? 0) + 1;
    return { first: Math.min(firstHeld, next), next, acked: acked.get(stream) ?? 0, queued: 0, declared: 0 };
  };
  const read = (stream: Stream, from: number, limit: number): OutboxBatch | undefined => {
    const { first, next } = state(stream);
    const start = Math.max(first, from);
    const to = Math.min(next - 1, start + limit - 1);
    if (to < start) return undefined;
    const t = (ages[stream] ?? 0) + start;
    return { from: start, to, prev: '', head: '', records: [JSON.stringify({ t })] };
  };
  const outbox: Outbox = {
    device: 'line-1',
    epoch: '0123456789abcdef',
    boot: 'b',
    stats: () => ({
      audit: state('audit'),
      events: state('events'),
      telemetry: state('telemetry'),
      media: state('media'),
    }),
    read,
    ack: (stream, upto) => {
      acked.set(stream, upto);
      return 'ok';
    },
    saveAcks: () => undefined,
    tombstones: (stream) => [state(stream).next - 1],
    onAppend: () => () => undefined,
  };
  return { outbox, acked };
};
const OPTIONS: WindowOptions = { batches: 8, records: 10, bytes: 1e6, ackMs: 100, maxAckMs: 400 };
const drain = (window: SendWindow, nowMs = 0): readonly string[] => {
  const sent: string[] = [];
  for (let batch = window.next(nowMs); batch !== undefined; batch = window.next(nowMs)) {
    sent.push(`${batch.stream} ${batch.from}-${batch.to}`);
  }
  return sent;
};

test('batches of a stream are consecutive, each after the highest sent, and no more than the window holds', () => {
  const { outbox } = outboxOf({ telemetry: 95 });
  const window = new SendWindow(outbox, OPTIONS);
  expect(drain(window)).toEqual(Array.from({ length: 8 }, (_, n) => `telemetry ${n * 10 + 1}-${n * 10 + 10}`));
  expect(window.inFlight).toBe(8);
});

test('streams go in their order, with one slot in eight for whatever has waited longest', () => {
  const { outbox } = outboxOf({ audit: 40, events: 40, telemetry: 200, media: 200 }, 1, { audit: 2_000, media: -500 });
  const window = new SendWindow(outbox, { ...OPTIONS, batches: 16 });
  const sent = drain(window);
  expect(sent.slice(0, 7)).toEqual([
    ...['1-10', '11-20', '21-30', '31-40'].map((range) => `audit ${range}`),
    ...['1-10', '11-20', '21-30'].map((range) => `events ${range}`),
  ]);
  expect(sent.slice(7, 10)).toEqual(['media 1-10', 'events 31-40', 'telemetry 1-10']);
});

test('an ack frees the batches that it covers, and ranges beyond its watermark are not sent again', () => {
  const { outbox, acked } = outboxOf({ telemetry: 100 });
  const window = new SendWindow(outbox, { ...OPTIONS, batches: 4 });
  drain(window);
  acked.set('telemetry', 10);
  window.acked('telemetry', 10, [[21, 30]]);
  expect(window.inFlight).toBe(2);
  expect(drain(window)).toEqual(['telemetry 41-50', 'telemetry 51-60']);
  expect(window.expire(1_000)).toBe(4);
  expect(drain(window)).toEqual(['telemetry 11-20', 'telemetry 31-40', 'telemetry 41-50', 'telemetry 51-60']);
});

test('without acks the same records are sent again from the lowest unconfirmed, after longer and longer times', () => {
  const { outbox } = outboxOf({ events: 10 });
  const window = new SendWindow(outbox, OPTIONS);
  const again: number[] = [];
  let now = 0;
  drain(window, now);
  for (let round = 0; round < 4; round += 1) {
    const lateInMs = window.lateInMs(now)!;
    again.push(lateInMs);
    now += lateInMs;
    expect(window.expire(now)).toBe(1);
    expect(drain(window, now)).toEqual(['events 1-10']);
  }
  expect(again).toEqual([100, 200, 400, 400]);
  expect(window.resent).toBe(4);
});

test('records that the collector asks for go first, and those no longer held are answered by their tombstones', () => {
  const { outbox, acked } = outboxOf({ events: 60 }, 31);
  acked.set('events', 60);
  const window = new SendWindow(outbox, OPTIONS);
  expect(window.ask('events', 25, 55)).toBe(true);
  expect(drain(window)).toEqual(['events 60-60', 'events 31-40', 'events 41-50', 'events 51-55']);
  window.ask('events', 58, 900);
  expect(drain(window)).toEqual(['events 58-59']);
  window.acked('events', 60, []);
  expect(window.inFlight).toBe(0);
});

test('the number of waiting requests is bounded', () => {
  const { outbox } = outboxOf({ events: 60 });
  const window = new SendWindow(outbox, OPTIONS);
  const taken = Array.from({ length: 1_000 }, () => window.ask('events', 1, 1)).filter(Boolean);
  expect(taken.length).toBeLessThan(1_000);
});

test('every number is confirmed in the end, whatever is lost, acked and forgotten', () => {
  const below = dice(11);
  for (let round = 0; round < 30; round += 1) {
    const lengths = { audit: below(40), events: below(200), telemetry: below(90), media: below(30) };
    const { outbox, acked } = outboxOf(lengths);
    const window = new SendWindow(outbox, OPTIONS);
    const held = new Map<Stream, Set<number>>(STREAMS.map((stream) => [stream, new Set()]));
    for (
      let now = 0;
      now < 200_000 && STREAMS.some((stream) => (acked.get(stream) ?? 0) < lengths[stream]);
      now += 50
    ) {
      window.expire(now);
      for (let batch = window.next(now); batch !== undefined; batch = window.next(now)) {
        if (below(3) === 0) continue;
        const numbers = held.get(batch.stream)!;
        for (let n = batch.from; n <= batch.to; n += 1) numbers.add(n);
        if (below(4) === 0) continue;
        let upto = 0;
        while (numbers.has(upto + 1)) upto += 1;
        acked.set(batch.stream, upto);
        window.acked(
          batch.stream,
          upto,
          [...numbers].filter((n) => n > upto).map((n) => [n, n]),
        );
      }
      if (below(50) === 0) window.forget();
    }
    for (const stream of STREAMS) expect(acked.get(stream) ?? 0).toBe(lengths[stream]);
  }
});

test('records written while a backlog drains go ahead of it, also when the window is full, and are not sent twice', () => {
  const lengths = { events: 500 };
  const { outbox, acked } = outboxOf(lengths);
  const window = new SendWindow(outbox, OPTIONS);
  // The newest of the backlog first, then the oldest.
  expect(drain(window).slice(0, 2)).toEqual(['events 491-500', 'events 1-10']);
  expect(window.inFlight).toBe(8);
  lengths.events = 503;
  expect(drain(window)).toEqual(['events 501-503']);
  lengths.events = 504;
  expect(drain(window)).toEqual(['events 504-504']);
  lengths.events = 505;
  expect(drain(window)).toEqual([]);
  window.acked('events', 0, [[491, 504]]);
  expect(drain(window)[0]).toBe('events 505-505');
  const backlog: string[] = [];
  for (let upto = 80; upto <= 490; upto += 10) {
    acked.set('events', upto);
    window.acked('events', upto, [[491, 505]]);
    backlog.push(...drain(window));
  }
  expect(backlog.at(-1)).toBe('events 481-490');
  acked.set('events', 505);
  window.acked('events', 505, []);
  lengths.events = 506;
  expect(drain(window)).toEqual(['events 506-506']);
});

test('a fresh record without an ack is sent again, still ahead of the backlog', () => {
  const lengths = { events: 500 };
  const { outbox } = outboxOf(lengths);
  const window = new SendWindow(outbox, OPTIONS);
  drain(window);
  lengths.events = 501;
  drain(window);
  window.expire(1_000);
  expect(drain(window, 1_000).slice(0, 2)).toEqual(['events 491-500', 'events 501-501']);
});

test('more records are in flight while acks come soon, and fewer when they come late', () => {
  const { outbox, acked } = outboxOf({ telemetry: 1_000_000 });
  const window = new SendWindow(outbox, { ...OPTIONS, batches: 16, records: 300, bytes: 1e9, targetMs: 300 });
  let now = 0;
  let upto = 0;
  const round = (ackMs: number): number => {
    const sent: OutboxBatch[] = [];
    for (let batch = window.next(now); batch !== undefined; batch = window.next(now)) sent.push(batch);
    now += ackMs;
    upto = Math.max(upto, ...sent.map(({ to }) => to));
    acked.set('telemetry', upto);
    window.acked('telemetry', upto, [], now);
    return sent.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  };
  const quick = Array.from({ length: 12 }, () => round(20));
  expect(quick[0]).toBeLessThanOrEqual(600);
  expect(quick.at(-1)).toBe(16 * 300);
  const slow = Array.from({ length: 30 }, () => round(2_000));
  expect(slow.at(-1)).toBeLessThanOrEqual(20);
  expect(slow.at(-1)).toBeGreaterThan(0);
});

test('a collector that got the newest records first and asks for all before them gets nothing twice', () => {
  const { outbox, acked } = outboxOf({ events: 500 });
  const window = new SendWindow(outbox, OPTIONS);
  drain(window);
  acked.set('events', 20);
  window.acked('events', 20, [[491, 500]]);
  drain(window);
  window.ask('events', 21, 490);
  expect(drain(window)).toEqual([]);
  window.acked('events', 20, [
    [31, 90],
    [491, 500],
  ]);
  window.ask('events', 21, 490);
  const later = drain(window).map((batch) => Number(/(\d+)-/.exec(batch)?.[1]));
  expect(later.length).toBeGreaterThan(0);
  expect(Math.min(...later)).toBeGreaterThan(90);
});

test('an older ack that arrives late takes nothing back', () => {
  const { outbox } = outboxOf({ events: 40 });
  const window = new SendWindow(outbox, OPTIONS);
  expect(drain(window)).toHaveLength(4);
  window.acked('events', 0, [[11, 20]]);
  window.acked('events', 0, []);
  expect(window.inFlight).toBe(3);
  // Given up and begun again from the lowest: what is held is stepped over, by whatever ack that was said.
  window.expire(1_000);
  expect(drain(window, 1_000)).toEqual(['events 1-10', 'events 21-30', 'events 31-40']);
});

test('a batch that later ones overtake is soon sent again, alone, and the others go on', () => {
  const { outbox, acked } = outboxOf({ events: 400 });
  const slow = { ...OPTIONS, batches: 4, ackMs: 10_000, maxAckMs: 60_000 };
  const window = new SendWindow(outbox, slow);
  const upTo20 = [window.next(0), window.next(10)].map((batch) => batch?.to);
  const later = drain(window, 20);
  const [first, second] = upTo20;
  expect([first, second]).toContain(10);
  // The first is lost; what was sent after it is confirmed.
  window.acked('events', 0, [[second! - 9, second!]], 300);
  expect(window.lateInMs(300)).toBe(700);
  expect(window.expire(900)).toBe(0);
  drain(window, 900);
  expect(window.expire(1_000)).toBe(1);
  expect(drain(window, 1_000)).toEqual([`events ${first! - 9}-${first!}`]);
  expect(window.resent).toBe(1);
  expect(later.length).toBeGreaterThan(0);
  acked.set('events', 0);
  // Nobody overtakes what was sent last: it has all the time that an ack may take.
  expect(window.lateInMs(1_000)).toBe(9_020);
});
