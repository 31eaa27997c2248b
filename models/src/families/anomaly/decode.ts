import { NOT_FINITE, wrongShape } from '../decoding/bad-output.ts';
import type { ScoreMap } from '../decoding/content.ts';
import type { DeclaredOutput, DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { allFinite, floats } from '../decoding/numbers.ts';
import { outputNames } from '../decoding/output-names.ts';
import { isFloat } from '../decoding/shapes.ts';
import { anomalyOutput } from '../decoding/anomaly-label.ts';

/**
 * Anomaly detection as anomalib exports it: a score ([1], [1, 1]), a map ([1, 1, H, W], also with fewer ones), or
 * both, distinguished by their shapes or by `options.mapOutput`. Without a score, the map's greatest value is used. Higher
 * is less usual; `options.threshold` says from which score a frame counts as anomalous, `pixelThreshold` which pixels do.
 */
export function anomaly(options: DecoderOptions): OutputReader {
  const names = outputNames(options.manifest.output);
  const mapAt = names.indexOf(options.manifest.output.options?.mapOutput ?? '');
  return {
    check: (outputs) => {
      const mustBeMap = outputs[mapAt];
      if (mustBeMap !== undefined && sidesOf(mustBeMap) === undefined)
        return wrongShape(mustBeMap, 'a map [1, 1, H, W]');
      const odd = outputs.find((output) => !isFloat(output) || (!isScore(output) && sidesOf(output) === undefined));
      return odd === undefined ? undefined : wrongShape(odd, 'float32: a score [1] or a map [1, 1, H, W]');
    },
    read: (outputs, { source }) => {
      let score: number | undefined;
      let map: ScoreMap | undefined;
      for (const [n, { data, shape }] of outputs.entries()) {
        const values = floats(data);
        if (!allFinite(values)) return NOT_FINITE;
        const sides = sidesOf({ name: '', shape });
        if (n === mapAt || (values.length > 1 && sides !== undefined)) {
          const [height, width] = sides ?? [1, 1];
          map = { width: Number(width), height: Number(height), values };
        } else score ??= values[0];
      }
      return anomalyOutput(
        { ...(score === undefined ? {} : { score }), ...(map === undefined ? {} : { map }) },
        options,
        source,
      );
    },
  };
}

function isScore({ shape }: DeclaredOutput): boolean {
  return shape.every((size) => size === 1 || typeof size === 'string');
}

/** Height and width of a map, which are the two sides that are not 1. */
function sidesOf({ shape }: DeclaredOutput): readonly (number | string)[] | undefined {
  const sides = shape.filter((size) => size !== 1);
  if (sides.length === 2) return sides;
  // A batch that is open, declared beside both sides.
  return sides.length === 3 && typeof sides[0] === 'string' ? sides.slice(1) : undefined;
}
