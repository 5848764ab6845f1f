/** How long a command waits: somebody sits before it, and mistypes addresses. */
const COMMAND_WAIT_MS = 10_000;
/** As long as a cluster takes to start. */
const SERVICE_WAIT_MS = 60_000;

/**
 * How long Kafka and the schema registry, each, may take to answer at the start, in milliseconds.
 *
 * @param onWaiting - Whoever is told that they are waited for: processes that stay have somebody, commands do not.
 */
export function startPatienceMs(onWaiting: ((sentence: string) => void) | undefined): number {
  return onWaiting === undefined ? COMMAND_WAIT_MS : SERVICE_WAIT_MS;
}
