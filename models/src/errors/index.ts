/**
 * What is wrong with a model: one error class and the closed list of its codes.
 */
/** One thing that is wrong with a bundle. */
export interface ModelProblem {
  readonly code: ModelErrorCode;
  /** Where: a key of the manifest (`input.width`) or a file of the bundle. */
  readonly where: string;
  readonly message: string;
  readonly advice: string;
}

export type ModelErrorCode =
  | 'model_missing'
  | 'model_unknown'
  | 'manifest_missing'
  | 'manifest_invalid'
  | 'hash_mismatch'
  | 'not_onnx'
  | 'model_truncated'
  | 'labels_mismatch'
  | 'golden_missing'
  | 'golden_invalid'
  | 'model_too_large'
  | 'external_data_missing'
  | 'operators_custom'
  | 'input_unsupported'
  | 'output_unsupported'
  | 'family_unknown'
  | 'labels_count'
  | 'size_unsupported'
  | 'model_fails'
  | 'scores_suspect'
  | 'bundle_exists'
  | 'needs_import'
  | 'model_invalid';

/** A model that cannot be used; holds everything that is wrong with it at once. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly code: ModelErrorCode;
  readonly advice: string;
  readonly retry = 'never';
  readonly problems: readonly ModelProblem[];

  constructor(ref: string, problems: readonly ModelProblem[], cause?: unknown) {
    const lines = problems.map((problem) => `${problem.where === '' ? '' : `${problem.where}: `}${problem.message}`);
    const [first] = problems;
    super(
      lines.length === 1 ? `model ${ref}: ${lines[0] ?? ''}` : `model ${ref}:\n  ${lines.join('\n  ')}`,
      cause === undefined ? undefined : { cause },
    );
    const codes = new Set(problems.map((problem) => problem.code));
    this.code = codes.size === 1 && first !== undefined ? first.code : 'model_invalid';
    this.advice = first?.advice ?? '';
    this.problems = problems;
  }
}
