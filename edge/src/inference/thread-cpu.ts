/** CPU time of the calling thread that `act` takes, in ms, with what it returns. */
export async function threadCpu<T>(act: () => Promise<T>): Promise<{ readonly value: T; readonly cpuMs: number }> {
  const before = process.threadCpuUsage();
  const value = await act();
  const { user, system } = process.threadCpuUsage(before);
  return { value, cpuMs: (user + system) / 1000 };
}
