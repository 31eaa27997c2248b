/** The known families, one line each. */
export { anomaly } from './anomaly/index.ts';
export { autoencoder } from './autoencoder/index.ts';
export { classify } from './classify/index.ts';
export { detr } from './detr/index.ts';
export { fastestdet } from './fastestdet/index.ts';
export { nanodet } from './nanodet/index.ts';
export { ssd } from './ssd/index.ts';
export { yoloEnd2end } from './yolo-end2end/index.ts';
export { yoloRaw } from './yolo-raw/index.ts';
export { yolov5 } from './yolov5/index.ts';
export { yolov8 } from './yolov8/index.ts';
export { yolov8Seg } from './yolov8-seg/index.ts';
export { yolox } from './yolox/index.ts';
