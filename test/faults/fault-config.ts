import type { Topology } from '../../src/topology/topology.ts';
import { STAND_IN } from '../../src/app/open-language-model.ts';
import { ASYNC, OFF, topology as BARRIER } from '../support/loop-run.ts';

/**
 * How rounds train: not at all, or while they answer, both over four partitions; or in one, with every batch waiting for
 * its adapter.
 */
export type FaultMode = 'off' | 'async' | 'barrier';

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
  const base = { off: OFF, async: ASYNC, barrier: BARRIER }[mode];
  const waits = mode === 'barrier';
  return {
    ...base,
    model: { ...base.model, name: model, threads: 1 },
    batch: { ...base.batch, maxWaitMs: waits ? null : 5 },
    broker: { ...base.broker, partitions: waits ? 1 : 4 },
  };
}
