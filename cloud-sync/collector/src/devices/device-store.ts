import type { DeviceState } from '@lineside/protocol';

/** Where the latest statements of devices about themselves are kept. */
export interface DeviceStore {
  saveBirth(device: string, birth: DeviceState, atMs: number): Promise<void>;
  /** `json` is the full reported document. */
  saveReported(device: string, json: string, atMs: number): Promise<void>;
}
