/**
 * The client of the control socket: asks a running service for its status. Loads neither the server nor the page, so
 * that short commands start quickly.
 */
export {
  CONTROL_SOCKET,
  type ControlAnswer,
  controlSocketPath,
  getControlJson,
  openControl,
  postControlJson,
} from './control-client.ts';
export { StatusError, type StatusErrorCode } from './errors.ts';
