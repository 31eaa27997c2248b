/** Which devices are connected, as the pages need it. */
export interface DeviceLinks {
  of(device: string, nowMs: number): DeviceLink;
}

export interface DeviceLink {
  /** `unknown` until something was heard of the device after the collector connected to the broker. */
  readonly link: 'online' | 'offline' | 'unknown';
  /** Since when, on the monotonic clock; 0 when nothing was ever heard. */
  readonly sinceMs: number;
  /** True while two devices use this identity in turns. */
  readonly identityConflict: boolean;
}
