import { type FamilyGuess, familyOf, type ModelError } from '@lineside/models';
import { refuse } from './refuse.ts';
import type { ImportRequest } from './request.ts';

/** What is known about outputs that no family was chosen for. */
export interface UnknownOutputs {
  /** `name [shape]` of each. */
  readonly outputs: readonly string[];
  /** What its metadata calls its task. */
  readonly task: string | undefined;
  /** Readings that nothing but the shape speaks for. */
  readonly uncertain: readonly FamilyGuess[];
  /** Readings whose shapes fit and whose numbers do not. */
  readonly contradicted: readonly FamilyGuess[];
}

const SUPPORTED = 'detection, instance and semantic segmentation, classification, and anomaly detection';

/** Kinds of models that are recognised only to say that they are not supported. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/heat|key_?point|kpt|joint/i, 'key points without boxes'],
  [/landm/i, 'landmarks'],
  [/depth|disparity/i, 'depth'],
  [/embed|feature|descriptor|last_hidden/i, 'an embedding'],
  [/ctc|text|char|logits_seq/i, 'text'],
  [/flow/i, 'optical flow'],
];

/** The reason to refuse a model whose family is not known; its advice names only what can work. */
export function unknownFamily(request: ImportRequest, known: UnknownOutputs): ModelError {
  const { outputs, task, uncertain, contradicted } = known;
  const shown = outputs.join(', ');
  const [first] = uncertain;
  if (first?.complement === true) return oneScore(request, first);
  if (first !== undefined) {
    const message = `may be read as ${uncertain.map(({ family, reason }) => `${family} (${reason})`).join(', or as ')}, and nothing in the file shows that it is`;
    const options = uncertain.map((guess) => `--family ${guess.family}${labelsOf(guess)}`);
    return refuse(request, 'family_unknown', message, `if you know what it is, add ${options.join(', or ')}`);
  }
  const [other] = contradicted;
  const why = other === undefined ? undefined : familyOf(other.family).contradiction;
  if (why !== undefined) return refuse(request, 'family_unknown', `${why.message} (${shown})`, why.advice);
  const kind = KINDS.find(([pattern]) => outputs.some((output) => pattern.test(output)))?.[1];
  const seen =
    task === undefined || ['detect', 'segment', 'classify'].includes(task)
      ? kind === undefined
        ? ''
        : `; the names speak of ${kind}`
      : `; its metadata calls the task ${task}`;
  const message = `no family has such outputs: ${shown}${seen}`;
  const advice = `Lineside supports ${SUPPORTED} in the formats of docs/models.md: export the model in one of them, with its post-processing inside the graph if it has any`;
  return refuse(request, 'family_unknown', message, advice);
}

/** Labels that make the reading complete. */
function labelsOf({ task, classes }: FamilyGuess): string {
  if (task === 'anomaly') return '';
  return classes === undefined ? ' with --labels' : ` with --labels (${classes})`;
}

function oneScore(request: ImportRequest, { reason }: FamilyGuess): ModelError {
  const message = `has ${reason}, and does not say of what`;
  const advice =
    'name what a score near 1 means with --labels bad, or both classes with --labels good,bad (the second is near 1)';
  return refuse(request, 'family_unknown', message, advice);
}
