import type { FamilyName, Manifest } from '@lineside/models';

export type Channels = readonly [number, number, number];

/** How an image is fitted into an input of other proportions. */
export type Fit = Manifest['input']['letterbox']['anchor'];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A request for an import, in the manifest's terms. */
export interface ImportRequest {
  /** Absolute. */
  readonly file: string;
  readonly id: string;
  readonly version: string;
  readonly family: FamilyName | undefined;
  readonly labels: readonly string[] | undefined;
  readonly layout: 'nchw' | 'nhwc' | undefined;
  /** On 0..255; undefined where the family's convention applies. */
  readonly scaling: { readonly mean: Channels; readonly std: Channels } | undefined;
  readonly color: 'rgb' | 'bgr' | undefined;
  readonly size: Size | undefined;
  readonly fit: Fit | undefined;
  readonly score: number | undefined;
  readonly iou: number | undefined;
  /** Images per run; undefined for one. */
  readonly batch: number | undefined;
  readonly outputs: readonly string[] | undefined;
  readonly outputLayout: 'attributes_first' | 'anchors_first' | undefined;
  readonly outputOptions: OutputOptions | undefined;
  /** Absolute paths of images and folders of images. */
  readonly golden: readonly string[];
  readonly licence: string | undefined;
  readonly force: boolean;
}

export type OutputOptions = NonNullable<Manifest['output']['options']>;
