import { type FamilyName, familyOf } from '../lookup.ts';
import { Decoder, type DecoderOptions } from './decoder.ts';
import { outputNames } from './output-names.ts';

/** The decoder of the family that the manifest names. */
export function createDecoder(
  options: DecoderOptions & { readonly manifest: { readonly output: { readonly family: FamilyName } } },
): Decoder {
  const { output } = options.manifest;
  return new Decoder(outputNames(output), familyOf(output.family).decoder(options));
}
