/**
 * The MQTT broker: Mosquitto started and configured by the collector, its TLS files, and the credentials of devices.
 */
export * from './credential-store.ts';
export * from './credential-watch.ts';
export { findMosquitto } from './find-mosquitto.ts';
export * from './mosquitto-files.ts';
export * from './mosquitto.ts';
export { brokerAddress, openBroker, type Broker, type BrokerAccess, type OpenBrokerOptions } from './open-broker.ts';
export * from './password.ts';
export { CertificateRequestRefused } from './certificate-request.ts';
export { openAuthority } from './open-authority.ts';
export { listenerTls, ownNames, type ListenerTls, type TlsChoice } from './broker-tls.ts';
