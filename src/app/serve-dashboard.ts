import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecordCodecs } from '../adapters/avro/record-codecs.ts';
import {
  startDashboard,
  type Dashboard,
  type DashboardAddress,
} from '../dashboard/start-dashboard.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Broker } from '../ports/broker.ts';
import { matchFeedback } from '../streams/match-feedback.ts';
import type { Topology } from '../topology/topology.ts';
import type { Environment } from './model-store.ts';
import { packageRoot } from './package-root.ts';
import { renderTraceOf } from './render-trace-of.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';
import { traceOfQuestion } from './trace-of-question.ts';

export type { Dashboard };

/** Variable that holds the page's token. */
const TOKEN_VARIABLE = 'SECL_DASHBOARD_TOKEN';

/** Where the page is served, as the command line says it. */
export interface DashboardListen extends Omit<DashboardAddress, 'token'> {
  /** File that holds the token; wins over `SECL_DASHBOARD_TOKEN`. */
  readonly tokenFile?: string | undefined;
}

/** What {@link serveDashboard} shows. */
export interface ServeDashboardOptions {
  /** Read alone; not closed. Close the dashboard first, so that it shows the last records. */
  readonly broker: Pick<Broker, 'topics' | 'bounds' | 'read'>;
  /** Read its records. */
  readonly codecs: RecordCodecs;
  /** Names the topics, and says how calibration is measured. */
  readonly topology: Topology;
  /** Name of the run or pipeline. */
  readonly title: string;
  readonly listen: DashboardListen;
  /** Folder in which the run keeps its traces; absent: the page leads to none. */
  readonly runFolder?: string | undefined;
}

/** @throws SeclError `FILE_UNREADABLE`. */
async function tokenOf(
  file: string | undefined,
  environment: Environment,
): Promise<string | undefined> {
  if (file === undefined) {
    const token = environment[TOKEN_VARIABLE]?.trim() ?? '';
    return token === '' ? undefined : token;
  }
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new SeclError('FILE_UNREADABLE', `the token file ${file} cannot be read`, {
      hint: 'Write a token of 16 letters or more into it, e.g. `openssl rand -hex 24 > FILE`.',
      cause: error,
    });
  }
}

/**
 * Serves the live page over a broker's committed records, whichever broker it is.
 *
 * @throws SeclError `USAGE` for a host beyond loopback without a token; `ADDRESS_IN_USE`; `FILE_UNREADABLE`.
 */
export async function serveDashboard(
  { broker, codecs, topology, title, listen, runFolder }: ServeDashboardOptions,
  environment: Environment = process.env,
): Promise<Dashboard> {
  const { tokenFile, ...address } = listen;
  const token = await tokenOf(tokenFile, environment);
  return await startDashboard({
    broker,
    title,
    topology: topology.name,
    topics: topology.topics,
    codecs,
    bins: topology.calibration.bins,
    seed: topology.seed,
    ...address,
    token,
    match: matchFeedback,
    ...(runFolder === undefined || topology.telemetry.traces.exporter !== 'store'
      ? {}
      : {
          traceOf: async (questionId: string) =>
            renderTraceOf(await traceOfQuestion({ questionId, runFolder })),
        }),
    clock: SYSTEM_CLOCK,
    pageFolder: path.join(packageRoot(), 'page'),
  });
}
