import type { Topology } from '../../topology/topology.ts';

/** Consumer groups of a pipeline. */
export interface PipelineGroups {
  /** Reads questions. */
  readonly answering: string;
  /** Reads answers, and labels beside them. */
  readonly calibrating: string;
  /** Reads training batches. */
  readonly training: string;
  /** Watches for alerts: of several processes one does at a time. */
  readonly alerting: string;
}

/** Names of a topology's consumer groups. */
export function groupsOf({ broker: { group } }: Pick<Topology, 'broker'>): PipelineGroups {
  return {
    answering: `${group}-answering`,
    calibrating: `${group}-calibrating`,
    training: `${group}-training`,
    alerting: `${group}-alerting`,
  };
}
