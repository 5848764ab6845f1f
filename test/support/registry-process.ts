import { startProcess } from './start-process.ts';

/** A {@link startLocalRegistry} in a process of its own, for tests that wait for commands without turning. */
export interface RegistryProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts one. */
export async function startRegistryProcess(): Promise<RegistryProcess> {
  const started = startProcess('serve-registry');
  const url = (await started.next()) as string;
  return { url, stop: () => started.kill() };
}
