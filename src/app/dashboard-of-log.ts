import path from 'node:path';
import { isFolder } from './is-folder.ts';
import { openLogOf, type LogChoice } from './open-log-of.ts';
import { serveDashboard, type Dashboard, type DashboardListen } from './serve-dashboard.ts';

/** What {@link dashboardOfLog} shows. */
export interface DashboardOfLogOptions extends LogChoice {
  readonly listen: DashboardListen;
}

/**
 * Opens the log of a run that no process works on, or the broker of a pipeline, and serves the live page over it.
 *
 * @throws SeclError as `openLogOf` and `serveDashboard` do.
 */
export async function dashboardOfLog({
  listen,
  ...choice
}: DashboardOfLogOptions): Promise<Dashboard> {
  const { log, codecs, topology, title } = await openLogOf(choice);
  try {
    // A pipeline's traces are where its workers are, which may be another machine.
    const { folder } = topology.broker;
    const runFolder =
      choice.runFolder ?? ((await isFolder(path.join(folder, 'traces'))) ? folder : undefined);
    const dashboard = await serveDashboard({
      ...{ broker: log, codecs, topology, title, listen, runFolder },
    });
    return {
      url: dashboard.url,
      close: async () => {
        await dashboard.close();
        await log.close();
      },
    };
  } catch (error) {
    await log.close();
    throw error;
  }
}
