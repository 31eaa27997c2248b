/** Symbologies that are read. */
export const SYMBOLOGIES = [
  'EAN13',
  'EAN8',
  'UPCA',
  'UPCE',
  'ITF',
  'ITF14',
  'Code128',
  'DataBar',
  'DataMatrix',
  'QRCode',
] as const;
export type Symbology = (typeof SYMBOLOGIES)[number];
