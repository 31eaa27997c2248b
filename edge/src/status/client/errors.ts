import { type ErrorFacts, LinesideError } from '@lineside/kit';

export type StatusErrorCode =
  | 'status_address'
  | 'control_socket_in_use'
  | 'control_socket_path'
  | 'service_not_running'
  | 'service_timed_out'
  | 'bad_request'
  | 'not_found'
  | 'host_refused'
  | 'login_needed'
  | 'role_refused'
  | 'csrf_refused'
  | 'method_refused'
  | 'teaching_busy'
  | 'too_many_watchers'
  | 'internal';

/** Errors of the status page, its API and the control socket. */
export class StatusError extends LinesideError {
  override readonly name = 'StatusError';
  override readonly code: StatusErrorCode;

  constructor(facts: ErrorFacts & { readonly code: StatusErrorCode }) {
    super(facts);
    this.code = facts.code;
  }
}
