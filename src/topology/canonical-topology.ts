import type { Topology } from './topology.ts';

/**
 * A topology as JSON with sorted keys and no spaces: equal texts for equal topologies, whatever the order
 * of keys and the comments in their files. Its hash identifies the topology. What is told of a run is no part of it:
 * no answer depends on that, and a run may go on under another setting.
 */
export function canonicalTopology({ telemetry: _, ...topology }: Topology): string {
  return canonicalJson(topology);
}

/**
 * As {@link canonicalTopology}, of the part that answers depend on: where topics are, who trains, how long windows
 * wait, and the rules of verdict and alerts may change while a stream runs, and what was committed stays good.
 */
export function canonicalMethod({
  broker: _broker,
  telemetry: _telemetry,
  verdict: _verdict,
  alerts: _alerts,
  training,
  calibration,
  ...rest
}: Topology): string {
  const { trainer: _trainer, ...trained } = training;
  const { closeAfterSeconds: _wait, ...measured } = calibration;
  return canonicalJson({ ...rest, training: trained, calibration: measured });
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
