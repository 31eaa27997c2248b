import { LinesideError, type Retry } from '@lineside/kit';

export const UPDATE_ERROR_CODES = [
  'update_not_configured',
  'update_not_for_this_device',
  'update_needs_newer_version',
  'update_download_failed',
  'update_file_damaged',
  'update_disk_full',
  'update_bundle_invalid',
  'update_golden_failed',
  'update_too_slow',
  'update_local_model',
  'update_local_configuration',
  'update_configuration_refused',
  'update_no_memory',
  'update_shadow_refused',
  'update_superseded',
  'update_trial_failed',
  'update_interrupted',
  'update_no_previous',
  'update_folder_unwritable',
] as const;
export type UpdateErrorCode = (typeof UPDATE_ERROR_CODES)[number];

const UPDATE_ADVICE: Readonly<Record<UpdateErrorCode, string>> = {
  update_not_configured: 'set updates.root and updates.customer in the configuration',
  update_not_for_this_device: 'release it for this device: lineside-collector release add-model --device ID',
  update_needs_newer_version: 'update Lineside on this device first',
  update_download_failed: 'nothing if it passes: the download goes on where it stopped. Otherwise check the repository',
  update_file_damaged: 'publish the release again: a file is not what its hash says',
  update_disk_full: 'free space on the disk of the data folder, or lower storage.evidenceQuota',
  update_bundle_invalid: 'make the bundle again and release it with a higher version',
  update_golden_failed:
    'the model does not give here what it gave where it was made: check its export and its golden images',
  update_too_slow: 'release a smaller model, or lower the rate of the cameras that use it',
  update_local_model:
    'a model with this id was imported or taught on this device: remove it (DATA/models/ID) or give the release another id',
  update_local_configuration:
    'the configuration was changed on this device since the last release: release the file as it is on this device first, or set updates.onLocalChange: replace',
  update_configuration_refused:
    'lineside config check shows what is wrong with it on this device; release a corrected one',
  update_no_memory: 'release a smaller model, or run fewer models on this device',
  update_shadow_refused:
    'look at the pictures in DATA/updates/shadow: where the new model is right, release it again with updates.shadow.enabled: false on one line, or raise its score threshold. Where the cameras showed nothing, try it again when they do, or set updates.notCompared: keep',
  update_superseded: 'nothing: another release was wanted instead',
  update_trial_failed:
    'see lineside update status for what was worse than before; the version before runs again. Where the cameras showed nothing to compare it by, release it again when they do, or set updates.notCompared: keep',
  update_interrupted: 'the device stopped more than once during the trial; the version before runs again',
  update_folder_unwritable:
    'let the user of the service write to the folder (mount the stick with uid=lineside), or use lineside update --no-carry',
  update_no_previous: 'there is no earlier version of this model on this device',
};

const RETRY: Readonly<Partial<Record<UpdateErrorCode, Retry>>> = {
  update_download_failed: 'later',
  update_file_damaged: 'later',
  update_disk_full: 'later',
  update_no_memory: 'later',
};

/** An update that is not installed, or was taken back. The line runs on with what it had. */
export class UpdateError extends LinesideError {
  override readonly name = 'UpdateError';
  declare readonly code: UpdateErrorCode;

  constructor(code: UpdateErrorCode, message: string, cause?: unknown) {
    const facts = { code, message, advice: UPDATE_ADVICE[code], retry: RETRY[code] ?? 'never' };
    super({ ...facts, ...(cause === undefined ? {} : { cause }) });
  }
}
