import { openRecordCodecs, type RecordCodecs } from '../adapters/avro/record-codecs.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Broker } from '../ports/broker.ts';
import type { Topology } from '../topology/topology.ts';
import { openRunLog } from './open-run-log.ts';
import { describePipeline } from './worker/open-broker.ts';
import { openRecords } from './worker/open-records.ts';
import { workerTopology, type BrokerChoice } from './worker/worker-topology.ts';

/** Whose records are looked at: a run's, or those of a pipeline that runs endlessly. */
export interface LogChoice extends BrokerChoice {
  /** Folder of a run; not together with a broker. */
  readonly runFolder?: string | undefined;
}

/** A broker to read from, and what it holds. */
export interface ChosenLog {
  /** To be closed by whoever opened it. */
  readonly log: Broker;
  /** To read with. */
  readonly codecs: RecordCodecs;
  readonly topology: Topology;
  readonly title: string;
}

const NO_LOG_HINT =
  'Name the folder of a run with --run, or say where the topics are with --brokers, --log or --topology.';

/**
 * Opens the log of a run, or the broker of a pipeline; makes none where there is none.
 *
 * @throws SeclError `USAGE` for a run and a broker at once; `FILE_UNREADABLE` if there is no log; `LOG_IN_USE` while a
 *   process works on an embedded one; of topology and broker.
 */
export async function openLogOf({ runFolder, ...choice }: LogChoice): Promise<ChosenLog> {
  if (runFolder !== undefined) {
    if (choice.log !== undefined || choice.brokers !== undefined)
      throw new SeclError('USAGE', '--run names a place, and so does --log or --brokers', {
        hint: 'Leave one of them out.',
      });
    return { ...(await openRunLog(runFolder, choice.topology)), codecs: openRecordCodecs() };
  }
  const topology = await workerTopology(choice);
  const { broker, codecs } = await openRecords(topology, [], undefined, NO_LOG_HINT);
  return {
    log: broker,
    codecs,
    topology,
    title: describePipeline(topology),
  };
}
