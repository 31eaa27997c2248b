/** An output of a graph; a dimension without a number has a name. */
export interface GraphOutput {
  readonly name: string;
  /** `float32`, `int64`, ... */
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** What recognising a family is based on. */
export interface GraphFacts {
  /** Of the model's input, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly hasSizesInput: boolean;
  /** With the shapes of a trial run, where there was one. */
  readonly outputs: readonly GraphOutput[];
  /** What the file's metadata says. */
  readonly hints: {
    readonly names?: readonly string[];
    readonly endToEnd?: boolean;
    /** `pose`, `obb`, ... as Ultralytics calls it. */
    readonly task?: string;
    /** Numbers that a box has for its key points. */
    readonly keypoints?: number;
  };
  /** Number of labels, where it is known. */
  readonly labels: number | undefined;
  /** Operators that computed the numbers of an output. */
  readonly makers: (output: string) => ReadonlySet<string>;
}
