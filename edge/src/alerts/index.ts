/**
 * Alerts of the device itself, which need no collector: what is wrong now, grouped, outside of quiet hours. What is to be
 * sent is durable before it is sent. Knows the status of the line, not the line.
 */
export { type AlertSettings, AlertService, type AlertServiceOptions, type AlertTarget } from './alert-service.ts';
export { AlertStore } from './alert-store.ts';
export { type FindingTexts, readErrorTexts, readFindingTexts } from './finding-texts.ts';
