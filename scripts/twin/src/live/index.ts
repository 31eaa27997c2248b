/** The line in real time: one encoder thread per camera, served over RTSP, incidents announced as they happen. */
export { runLine, type StreamsReady } from './run-line.ts';
