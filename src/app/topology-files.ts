import { describeTopology } from '../topology/describe-topology.ts';
import { listSettings } from '../topology/list-settings.ts';
import { parseTopology } from '../topology/parse-topology.ts';
import type { SettingOrigin } from '../topology/setting-origin.ts';
import { topologyError } from '../topology/topology-fault.ts';
import type { Topology } from '../topology/topology.ts';
import { environmentSettings, type EnvironmentSetting } from './environment-settings.ts';
import { loadTopology, readTopologyText } from './load-topology.ts';
import type { Environment } from './model-store.ts';

/** Checks a topology file and gives the pipeline's name. @throws SeclError `TOPOLOGY_INVALID` with every fault. */
export async function checkTopology(file?: string): Promise<string> {
  return (await loadTopology(file)).name;
}

/** A topology as text (outline and Mermaid picture) and as complete settings. */
export async function describeTopologyFile(
  file?: string,
): Promise<{ text: string; settings: Topology }> {
  const settings = await loadTopology(file);
  return { text: describeTopology(settings), settings };
}

/** A setting as it acts, and where it comes from. */
export interface EffectiveSetting {
  readonly path: string;
  readonly value: unknown;
  readonly origin: SettingOrigin;
}

/** What a command would run with. */
export interface EffectiveSettings {
  /** Name of the file. */
  readonly file: string;
  readonly settings: readonly EffectiveSetting[];
  /** Variables beside the topology's. */
  readonly environment: readonly EnvironmentSetting[];
}

/**
 * Every setting of a topology as it acts, from defaults, file and environment.
 *
 * @param environment - As for `loadTopology`.
 * @throws SeclError as `loadTopology` does.
 */
export async function showTopology(
  file?: string,
  environment: Environment = process.env,
): Promise<EffectiveSettings> {
  const { file: named, text } = await readTopologyText(file);
  const parsed = parseTopology(text, environment);
  if (!parsed.ok) throw topologyError(named, parsed.faults);
  const { topology, origins } = parsed;
  return {
    file: named,
    settings: listSettings(topology).map(({ path, value }) => ({
      path,
      value,
      origin: origins.get(path) ?? { kind: 'default' },
    })),
    environment: environmentSettings(environment),
  };
}
