/**
 * Milliseconds of processor time that some synchronous work takes: unlike the clock's, they hardly depend on
 * what else the machine is doing.
 */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
