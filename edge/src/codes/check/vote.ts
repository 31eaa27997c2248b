import type { FieldVerdict } from './judge-field.ts';
import type { Verdict } from './reading.ts';

/** Verdicts from the worst on: that of a pack is the worst of its fields. */
const ORDER: readonly Verdict[] = ['wrong', 'missing', 'unreadable', 'good'];

/** What several frames of one pack say together. */
export interface PackVerdict {
  readonly verdict: Verdict;
  readonly fields: readonly FieldVerdict[];
}

/**
 * The verdict on a pack from its frames. Of each field, the content with the greatest sum of scores counts; two contents
 * that are worth the same make it unreadable, since one of them is a misreading. A field is missing only where every frame
 * shows it so: one frame with glare hides nothing that another shows. Without any frame the pack is unreadable.
 */
export function voteOnPack(frames: readonly (readonly FieldVerdict[])[]): PackVerdict {
  const names = [...new Set(frames.flat().map(({ name }) => name))];
  const fields = names.map((name) => voteOnField(frames.flat().filter((field) => field.name === name)));
  if (fields.length === 0) return { verdict: 'unreadable', fields };
  return {
    verdict: ORDER.find((verdict) => fields.some((field) => field.verdict === verdict)) ?? 'unreadable',
    fields,
  };
}

function voteOnField(votes: readonly FieldVerdict[]): FieldVerdict {
  const [first] = votes;
  if (first === undefined) throw new TypeError('a field without votes');
  const read = votes.filter(({ verdict }) => verdict === 'good' || verdict === 'wrong');
  const contents = [...Map.groupBy(read, contentOf).values()]
    .map((same) => ({ best: bestOf(same), total: same.reduce((total, { score }) => total + score, 0) }))
    .toSorted((a, b) => b.total - a.total);
  const [winner, second] = contents;
  if (winner === undefined) return votes.find(({ verdict }) => verdict === 'unreadable') ?? first;
  if (second !== undefined && second.total === winner.total && second.best.verdict !== winner.best.verdict)
    return { ...winner.best, verdict: 'unreadable', score: 0 };
  return winner.best;
}

/** Equal for readings that say the same; all good readings do. */
function contentOf({ verdict, read = '', content = read }: FieldVerdict): string {
  return verdict === 'good' ? 'good' : `wrong ${content}`;
}

function bestOf(votes: readonly FieldVerdict[]): FieldVerdict {
  return votes.reduce((best, vote) => (vote.score > best.score ? vote : best));
}
