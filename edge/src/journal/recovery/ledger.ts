import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Epoch } from '@lineside/protocol';
import { isStream, mergeRanges, type SeqRange, type Stream } from '@lineside/protocol/records';
import { fieldsOf } from '../instance-mark.ts';
import { quarantineFolders, writeDurable } from './quarantine.ts';

const FILE = 'transferred.json';

/** Numbers of an earlier journal that are declared lost. */
export interface EarlierLoss {
  readonly epoch: string;
  readonly stream: Stream;
  readonly lost: readonly SeqRange[];
  /** As in the record by which that journal was given up; undefined in any other. */
  readonly known?: number | undefined;
}

/** One that the successor has written down, and the numbers of its audit records. */
export interface Declaration extends EarlierLoss {
  readonly at: readonly number[];
}

/** Where the undelivered numbers of a journal in quarantine went. */
export interface Ledger {
  readonly v: 1;
  readonly epoch: string;
  readonly into: string;
  /** Numbers whose records went on, in the order in which the successor numbers them from 1. */
  readonly moved: readonly { readonly stream: Stream; readonly ranges: readonly SeqRange[] }[];
  readonly declared: readonly Declaration[];
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
 * declarations of loss that its audit stream carried.
 */
export function lostBefore(
  ledgers: readonly Ledger[],
  epoch: string,
  lost: ReadonlyMap<Stream, readonly SeqRange[]>,
): readonly EarlierLoss[] {
  const ledger = ledgers.find(({ into }) => into === epoch);
  if (ledger === undefined) return [];
  const audit = lost.get('audit') ?? [];
  const unsaid = ledger.declared.filter(({ at }) => at.some((seq) => audit.some(([a, b]) => seq >= a && seq <= b)));
  const taken = new Map(
    ledger.moved.map(({ stream, ranges }) => [stream, formerNumbers(ranges, lost.get(stream) ?? [])] as const),
  );
  const withIt = [...taken].map(([stream, ranges]) => ({ epoch: ledger.epoch, stream, lost: ranges }));
  const others = ledgers.filter((other) => other !== ledger);
  return [...unsaid, ...withIt.filter((loss) => loss.lost.length > 0), ...lostBefore(others, ledger.epoch, taken)];
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
  const { v, epoch, into, moved, declared } = fieldsOf(value);
  if (v !== 1 || !isEpoch(epoch) || !isEpoch(into)) return undefined;
  const streams = listOf(moved).flatMap((entry) => {
    const { stream, ranges } = fieldsOf(entry);
    return typeof stream === 'string' && isStream(stream) ? [{ stream, ranges: rangesIn(ranges) }] : [];
  });
  return { v, epoch, into, moved: streams, declared: listOf(declared).flatMap(declarationIn) };
}

function declarationIn(value: unknown): readonly Declaration[] {
  const { epoch, stream, lost, known, at } = fieldsOf(value);
  if (!isEpoch(epoch) || typeof stream !== 'string' || !isStream(stream)) return [];
  const most = isNumber(known) ? { known } : {};
  return [{ epoch, stream, lost: rangesIn(lost), at: listOf(at).filter(isNumber), ...most }];
}

function isEpoch(value: unknown): value is string {
  return Epoch.safeParse(value).success;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function rangesIn(value: unknown): readonly SeqRange[] {
  return listOf(value).flatMap((pair): SeqRange[] => {
    const [a, b] = listOf(pair);
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
