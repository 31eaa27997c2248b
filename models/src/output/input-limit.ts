/** Longest side of a model's input in pixels: a larger one would take hundreds of megabytes for each frame. */
export const INPUT_SIDE_MOST = 4096;

/** Why an input of this size is not run; sides that the file leaves open are undefined. */
export function tooLarge({
  width = 1,
  height = 1,
}: {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}): readonly string[] {
  if (width <= INPUT_SIDE_MOST && height <= INPUT_SIDE_MOST) return [];
  return [`takes ${width}x${height} pixels; an input may have ${INPUT_SIDE_MOST}x${INPUT_SIDE_MOST} at most`];
}
