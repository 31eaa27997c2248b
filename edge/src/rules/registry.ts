/** Every type of rule: one line each. */
export { cameraHealth } from './camera-health/index.ts';
export { cleaning } from './cleaning/index.ts';
export { codeCheck } from './code-check/index.ts';
export { count } from './count/index.ts';
export { downtime } from './downtime/index.ts';
export { maintenance } from './maintenance/index.ts';
export { missingHeadwear } from './missing-headwear/index.ts';
export { occupancy } from './occupancy/index.ts';
export { operationTime } from './operation-time/index.ts';
export { ppe } from './ppe/index.ts';
export { productDefect } from './product-defect/index.ts';
export { rate } from './rate/index.ts';
export { spill } from './spill/index.ts';
export { weight } from './weight/index.ts';
