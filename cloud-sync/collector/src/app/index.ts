/**
 * The collector as one process: opens what the configuration names, connects the modules and runs their services.
 */
export { runCollector, type CollectorOptions } from './run-collector.ts';
