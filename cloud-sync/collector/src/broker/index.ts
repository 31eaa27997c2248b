export * from './password.ts';
export * from './mosquitto-files.ts';
export * from './mosquitto.ts';
export { authorityFolder, listenerTls, type ListenerTls, type TlsChoice } from './broker-tls.ts';
