import type { Topology } from '../../src/topology/topology.ts';
import { STAND_IN } from '../../src/app/open-language-model.ts';
import { OFF, topology as BARRIER } from '../support/loop-run.ts';

/** How rounds train: not at all over four partitions, or with every batch waiting for its adapter. */
export type FaultMode = 'off' | 'barrier';

/** What a process of a round is told. */
export interface FaultProcessConfig {
  readonly brokers: readonly string[];
  /** Copies of the topics that it makes; absent: the brokers' default. */
  readonly replicationFactor?: number;
  /** Of topics, groups and transactional ids: each round has its own. */
  readonly prefix: string;
  readonly role: 'worker' | 'trainer';
  readonly mode: FaultMode;
  /** Of the catalogue, or the stand-in. */
  readonly model: string;
  /** Address of a schema registry; `null`: there is none. */
  readonly registry: string | null;
  /** Holds the adapters. */
  readonly folder: string;
  readonly sessionTimeoutMs: number;
  /** Added to each commit, milliseconds, so that there is a moment to be hit in. */
  readonly slowMs: number;
}

/** The topology of a mode; one thread, so that real models come to the same numbers each time. */
export function faultTopology(mode: FaultMode, model = STAND_IN): Topology {
  const base = mode === 'off' ? OFF : BARRIER;
  return {
    ...base,
    model: { ...base.model, name: model, threads: 1 },
    batch: { ...base.batch, maxWaitMs: mode === 'off' ? 5 : null },
    broker: { ...base.broker, partitions: mode === 'off' ? 4 : 1 },
  };
}
