/** Every type of rule: one line each. */
export { cleaning } from './cleaning/index.ts';
export { missingHeadwear } from './missing-headwear/index.ts';
export { occupancy } from './occupancy/index.ts';
export { operationTime } from './operation-time/index.ts';
export { ppe } from './ppe/index.ts';
export { productDefect } from './product-defect/index.ts';
export { spill } from './spill/index.ts';
