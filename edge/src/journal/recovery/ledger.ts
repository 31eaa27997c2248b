import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Epoch } from '@lineside/protocol';
import { isStream, mergeRanges, type SeqRange, type Stream } from '@lineside/protocol/records';
import { fieldsOf } from '../instance-mark.ts';
import { quarantineFolders, writeDurable } from './quarantine.ts';

const FILE = 'transferred.json';

interface StreamLedger {
  readonly stream: Stream;
  /** Highest number that the journal is known to have given. */
  readonly known: number;
  /** Numbers that were declared lost, by these records of the successor's audit stream. */
  readonly lost: readonly SeqRange[];
  readonly declaredAt: readonly number[];
  /** Numbers whose records went on, in the order in which the successor numbers them from 1. */
  readonly moved: readonly SeqRange[];
}

/** Where the undelivered numbers of a journal in quarantine went. */
export interface Ledger {
  readonly v: 1;
  readonly epoch: string;
  readonly into: string;
  readonly streams: readonly StreamLedger[];
}

/** Numbers of an earlier journal that are lost with a later one. */
export interface EarlierLoss {
  readonly epoch: string;
  readonly stream: Stream;
  readonly lost: readonly SeqRange[];
  /** Present where the later journal's record of the transfer is lost, too. */
  readonly known?: number;
}

export function writeLedger(folder: string, ledger: Ledger): void {
  writeDurable(join(folder, FILE), JSON.stringify(ledger));
}

/** The ledgers beside the journal at `path`; one that cannot be read says nothing. */
export function readLedgers(path: string): readonly Ledger[] {
  return quarantineFolders(path).flatMap((folder) => {
    const file = join(folder, FILE);
    if (!existsSync(file)) return [];
    const ledger = ledgerIn(jsonOf(readFileSync(file, 'utf8')));
    return ledger === undefined ? [] : [ledger];
  });
}

/**
 * What is lost of the journals before `epoch` when the numbers `lost` of it are: records that it had taken over, and
 * declarations of loss that it carried.
 */
export function lostBefore(
  ledgers: readonly Ledger[],
  epoch: string,
  lost: ReadonlyMap<Stream, readonly SeqRange[]>,
): readonly EarlierLoss[] {
  const before = ledgers.find(({ into }) => into === epoch);
  if (before === undefined) return [];
  const audit = lost.get('audit') ?? [];
  const own = new Map<Stream, readonly SeqRange[]>();
  const losses = before.streams.map(({ stream, moved, lost: declared, declaredAt, known }): EarlierLoss => {
    const taken = formerNumbers(moved, lost.get(stream) ?? []);
    const unsaid = declaredAt.some((seq) => audit.some(([a, b]) => seq >= a && seq <= b));
    // With that declaration those are lost, too, which it caused for even earlier journals.
    const all = unsaid ? mergeRanges([...taken, ...declared]) : taken;
    own.set(stream, all);
    return { epoch: before.epoch, stream, lost: all, ...(unsaid ? { known } : {}) };
  });
  const others = ledgers.filter((ledger) => ledger !== before);
  return [
    ...losses.filter((loss) => loss.lost.length > 0 || loss.known !== undefined),
    ...lostBefore(others, before.epoch, own),
  ];
}

/** The numbers in `moved`, which were given anew from 1 on, that now have the numbers `ranges`. */
function formerNumbers(moved: readonly SeqRange[], ranges: readonly SeqRange[]): readonly SeqRange[] {
  const former: SeqRange[] = [];
  let start = 1;
  for (const [a, b] of moved) {
    const end = start + b - a;
    for (const [from, to] of ranges) {
      const [first, last] = [Math.max(from, start), Math.min(to, end)];
      if (first <= last) former.push([a + first - start, a + last - start]);
    }
    start = end + 1;
  }
  return mergeRanges(former);
}

function ledgerIn(value: unknown): Ledger | undefined {
  const { v, epoch, into, streams } = fieldsOf(value);
  if (v !== 1 || !Epoch.safeParse(epoch).success || !Epoch.safeParse(into).success) return undefined;
  if (typeof epoch !== 'string' || typeof into !== 'string' || !Array.isArray(streams)) return undefined;
  return { v, epoch, into, streams: streams.flatMap(streamLedgerIn) };
}

function streamLedgerIn(value: unknown): readonly StreamLedger[] {
  const { stream, known, lost, declaredAt, moved } = fieldsOf(value);
  if (typeof stream !== 'string' || !isStream(stream) || !isNumber(known) || !Array.isArray(declaredAt)) return [];
  const ranges = { lost: rangesIn(lost), moved: rangesIn(moved) };
  return [{ stream, known, declaredAt: declaredAt.filter(isNumber), ...ranges }];
}

function rangesIn(value: unknown): readonly SeqRange[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((pair: unknown): SeqRange[] => {
    if (!Array.isArray(pair)) return [];
    const [a, b] = pair as readonly unknown[];
    return isNumber(a) && isNumber(b) && b >= a ? [[a, b]] : [];
  });
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
