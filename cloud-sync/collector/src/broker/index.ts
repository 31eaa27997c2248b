export * from './password.ts';
export * from './mosquitto-files.ts';
export * from './mosquitto.ts';
