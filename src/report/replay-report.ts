import type { Verdict } from '../events/verdict.ts';
import type { AdapterFate } from './adapter-fates.ts';
import type { ReplayRow, ReplaySummary } from './replay-summary.ts';

/** Everything a report page shows; plain data. */
export interface ReplayReport {
  /** Heading, e.g. the stream's name. */
  readonly title: string;
  /** Name of the base model. */
  readonly model: string;
  /** Name of the topology. */
  readonly topology: string;
  readonly seed: number;
  /** When the run began, ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Whether every question was consumed; `false`: the run was drained before its end. */
  readonly complete: boolean;
  /** Score that `published` is, e.g. `verbalizedWithEvidence`. */
  readonly publishedSource: string;
  /** Versions, fingerprints and settings, in the order to show them. */
  readonly provenance: readonly { readonly name: string; readonly value: string }[];
  readonly summary: ReplaySummary;
  /** Answers in stream order. */
  readonly rows: readonly ReplayRow[];
  /** What the reader must know first, a sentence each. @defaultValue none */
  readonly notes?: readonly string[];
  /** What became of each adapter, by version. */
  readonly adapters: readonly AdapterFate[];
  /** The verdict at the run's end, over all domains; `null` or absent: no window has closed. */
  readonly verdict?: Verdict | null;
}
