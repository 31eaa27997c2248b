import type { FamilyName, Manifest } from '@lineside/models';

export type Channels = readonly [number, number, number];

/** How a picture is laid into an input of other proportions. */
export type Fit = Manifest['input']['letterbox']['anchor'];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is asked for, in the manifest's terms. */
export interface ImportRequest {
  /** Absolute. */
  readonly file: string;
  readonly id: string;
  readonly version: string;
  readonly family: FamilyName | undefined;
  readonly labels: readonly string[] | undefined;
  readonly layout: 'nchw' | 'nhwc' | undefined;
  /** On 0..255; undefined where the family's convention holds. */
  readonly scaling: { readonly mean: Channels; readonly std: Channels } | undefined;
  readonly color: 'rgb' | 'bgr' | undefined;
  readonly size: Size | undefined;
  readonly fit: Fit | undefined;
  readonly score: number | undefined;
  readonly iou: number | undefined;
  /** Pictures per run; undefined for one. */
  readonly batch: number | undefined;
  readonly outputs: readonly string[] | undefined;
  readonly outputLayout: 'attributes_first' | 'anchors_first' | undefined;
  readonly outputOptions: OutputOptions | undefined;
  /** Absolute paths of pictures and folders of pictures. */
  readonly golden: readonly string[];
  readonly licence: string | undefined;
  readonly force: boolean;
}

export type OutputOptions = NonNullable<Manifest['output']['options']>;
