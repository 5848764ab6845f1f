import { openRunLog } from './open-run-log.ts';
import { serveDashboard, type Dashboard, type DashboardListen } from './serve-dashboard.ts';

/** What {@link dashboardOfRun} shows. */
export interface DashboardOfRunOptions {
  readonly runFolder: string;
  /** Names the topics; absent: the one the run was made with, else the default one. */
  readonly topology?: string | undefined;
  readonly listen: DashboardListen;
}

/**
 * Opens the log of a run that no process works on, and serves the live page over it.
 *
 * @throws SeclError `FILE_UNREADABLE` if there is no run; `LOG_IN_USE` while a process works on it; as
 *   `serveDashboard` does.
 */
export async function dashboardOfRun({
  runFolder,
  topology: file,
  listen,
}: DashboardOfRunOptions): Promise<Dashboard> {
  const { log, topology, title } = await openRunLog(runFolder, file);
  try {
    const dashboard = await serveDashboard({ broker: log, topology, title, listen });
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
