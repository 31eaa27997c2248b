import { access, readdir } from 'node:fs/promises';

/** Whether the kernel offers video devices: cameras on USB, or decoders by its own interface (V4L2). */
export async function hasVideoDevices(): Promise<boolean> {
  const names = await readdir('/dev');
  return names.some((name) => /^video\d+$/.test(name));
}

/** Whether this is an NVIDIA Tegra (Jetson), whose decoder GStreamer reaches in any case. */
export async function isTegra(): Promise<boolean> {
  return access('/etc/nv_tegra_release').then(
    () => true,
    () => false,
  );
}
