/**
 * What is printed on packs: barcodes, Data Matrix and QR codes, text in a font of strokes, and everything that goes wrong
 * with a printer; with what is truly printed on each pack.
 */
export { drawPrint, type PrintArea } from './draw-print.ts';
export { PRINT_FAULTS, type PackPrint, type PrintFault, type PrintVerdict, verdictOf } from './pack-print.ts';
export { type PrintDeclaration, type PrintPlan, PrintRun, printSchema } from './print-run.ts';
export { drawText, textWidth } from './stroke-font.ts';
export { type PrintedSymbol, symbolOf, SYMBOLS, type SymbolKind } from './symbols.ts';
