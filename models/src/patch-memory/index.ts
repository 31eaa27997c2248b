/**
 * Anomaly models that compare each patch of an image with a memory of good patches (PatchCore, arXiv 2106.08265): the
 * extractor that ships, the choice of the patches to keep, and the one ONNX graph of extractor, memory, map and score.
 * Nothing here runs a model.
 */
export { type CellGrid, gridOf, inputSizeFor } from './cell-grid.ts';
export { farthestPoints, type Points } from './coreset.ts';
export { type Extractor, FEATURES_DIR, readExtractor } from './extractor.ts';
export { embeddingGraph, MAP_OUTPUT, memoryGraph, type PatchMemory, SCORE_OUTPUT } from './memory-graph.ts';
