import type { LoraProjection } from '../ports/language-model.ts';
import { adapterRefused, type RefusalCode } from './adapter-refused.ts';
import type { AdapterShape, AdapterWeights } from './adapter-weights.ts';
import { PEFT_MODULES, PEFT_PROJECTIONS, peftModuleName, type PeftSite } from './peft-names.ts';

/** What `adapter_config.json` says of a plain LoRA adapter. */
export interface AdapterConfig extends AdapterShape {
  /** Model it was trained on, as its maker calls it; '' if it says nothing. */
  readonly baseModel: string;
  /** Whether PEFT, given this file, puts LoRA on a site. */
  readonly covers: (site: PeftSite) => boolean;
}

/** Longest `adapter_config.json` in UTF-16 code units; PEFT's own have about 1,000. */
const MAX_CONFIG_CHARS = 1024 * 1024;

/** Values that leave an option of PEFT unused, besides `null`, `false`, `''`, `[]` and `{}`. */
type Harmless = (value: unknown) => boolean;

const anything: Harmless = () => true;

/**
 * Options that change nothing about a trained adapter, with the values that are known to. Of any other
 * option, only an unused one passes: so a new one of PEFT's is refused rather than ignored.
 */
const HARMLESS: ReadonlyMap<string, Harmless> = new Map<string, Harmless>([
  ...[
    ...['peft_type', 'r', 'lora_alpha', 'target_modules', 'layers_to_transform'],
    ...['base_model_name_or_path', 'peft_version', 'revision', 'auto_mapping'],
    // Only training reads these.
    ...['lora_dropout', 'inference_mode', 'runtime_config', 'eva_config', 'loftq_config'],
    // Only reached with an option that is refused itself, or where weights are tied.
    ...['megatron_core', 'qalora_group_size', 'ensure_weight_tying'],
  ].map((name) => [name, anything] as const),
  ['task_type', (value) => value === 'CAUSAL_LM'],
  ['bias', (value) => value === 'none'],
  ['layers_pattern', (value) => value === 'layers' || JSON.stringify(value) === '["layers"]'],
  // The others (PiSSA, OLoRA, CorDA, LoftQ) change the base model's weights before training.
  [
    'init_lora_weights',
    (value) => [true, 'gaussian', 'eva', 'orthogonal'].includes(value as string | boolean),
  ],
]);

/** Codes of options that are refused by name; the rest is `UNKNOWN_OPTION`. */
const REFUSED: ReadonlyMap<string, RefusalCode> = new Map([
  ['rank_pattern', 'RANK_PATTERN'],
  ['alpha_pattern', 'ALPHA_PATTERN'],
  ['use_rslora', 'RSLORA'],
  ['use_dora', 'DORA'],
  ['modules_to_save', 'MODULES_TO_SAVE'],
  ['bias', 'BIAS'],
  ['lora_bias', 'BIAS'],
]);

/**
 * Writes `adapter_config.json` of PEFT for an adapter's weights: exactly its sites are covered, by projection
 * and layer where each of its layers has the same projections, else by name.
 *
 * @param baseModel - What to call the base model; PEFT only shows it.
 */
export function writeAdapterConfig(
  { rank, alpha, sites }: AdapterWeights,
  baseModel: string,
): string {
  const layers = [...new Set(sites.map(({ layer }) => layer))];
  const projections = PEFT_PROJECTIONS.filter((name) =>
    sites.some(({ projection }) => projection === name),
  );
  const isGrid = sites.length === layers.length * projections.length;
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: baseModel,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: isGrid ? projections.map(lastName) : sites.map(peftModuleName),
    layers_to_transform: isGrid ? layers : null,
    layers_pattern: isGrid ? 'layers' : null,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    inference_mode: true,
    modules_to_save: null,
    rank_pattern: {},
    alpha_pattern: {},
    use_rslora: false,
    use_dora: false,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/**
 * Reads `adapter_config.json` of PEFT, as hostile input.
 *
 * @throws SeclError `ADAPTER_REFUSED`: `NOT_LORA` for another kind of adapter; the option's own code for rank and
 *   alpha patterns, rsLoRA, DoRA, saved modules and biases; `UNKNOWN_OPTION` for any other option in use that is
 *   not known to be harmless; `UNKNOWN_SITE` for modules that carry no LoRA here; `CONFIG_INVALID` for the rest.
 */
export function readAdapterConfig(text: string): AdapterConfig {
  const config = parseObject(text);
  const kind = config.get('peft_type');
  if (kind !== 'LORA') throw adapterRefused('NOT_LORA', `its kind is ${shown(kind)}`);
  for (const [name, value] of config) checkOption(name, value);
  const rank = config.get('r');
  if (typeof rank !== 'number' || !Number.isSafeInteger(rank) || rank < 1)
    throw invalid(`its rank is ${shown(rank)}`);
  const alpha = config.get('lora_alpha');
  if (typeof alpha !== 'number' || !(alpha > 0)) throw invalid(`its alpha is ${shown(alpha)}`);
  const baseModel = config.get('base_model_name_or_path');
  return {
    rank,
    alpha,
    baseModel: typeof baseModel === 'string' ? baseModel : '',
    covers: coverOf(config.get('target_modules'), config.get('layers_to_transform')),
  };
}

function parseObject(text: string): ReadonlyMap<string, unknown> {
  if (text.length > MAX_CONFIG_CHARS)
    throw invalid(`adapter_config.json has ${text.length} characters`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid('adapter_config.json is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw invalid('adapter_config.json holds no object');
  return new Map(Object.entries(parsed));
}

function checkOption(name: string, value: unknown): void {
  if (isUnused(value) || HARMLESS.get(name)?.(value) === true) return;
  const code = REFUSED.get(name) ?? 'UNKNOWN_OPTION';
  throw adapterRefused(code, `its option ${name} is ${shown(value)}`);
}

function isUnused(value: unknown): boolean {
  if (value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** As PEFT's `check_target_module_exists` decides, for names in a list. */
function coverOf(targets: unknown, layers: unknown): (site: PeftSite) => boolean {
  // A single text is a regular expression of Python, which nobody here can run as Python would.
  if (!Array.isArray(targets) || targets.length === 0)
    throw adapterRefused(
      'UNKNOWN_SITE',
      `its target modules are ${shown(targets)}, no list of names`,
    );
  const names = targets.map((target) => {
    if (typeof target !== 'string' || !isKnown(target))
      throw adapterRefused('UNKNOWN_SITE', `its target module ${shown(target)} is not known`);
    return target;
  });
  const only = layerSet(layers);
  return (site) => {
    const name = peftModuleName(site);
    const targeted = names.some((target) => name === target || name.endsWith(`.${target}`));
    return targeted && (only === undefined || only.has(site.layer));
  };
}

/** Layers named; `undefined`: all. */
function layerSet(layers: unknown): ReadonlySet<unknown> | undefined {
  if (layers === undefined || isUnused(layers)) return undefined;
  const list: readonly unknown[] = Array.isArray(layers) ? layers : [layers];
  if (!list.every((layer) => Number.isSafeInteger(layer)))
    throw invalid(`its layers are ${shown(layers)}`);
  return new Set(list);
}

/** Whether a name, which may leave out any of its first parts, is of a projection of some layer. */
function isKnown(target: string): boolean {
  const stem = target.replace(/^(model\.)?(layers\.)?(0|[1-9][0-9]{0,3})\./, '');
  return PEFT_PROJECTIONS.some(
    (projection) => stem === PEFT_MODULES[projection] || stem === lastName(projection),
  );
}

/** A module's own name, without that of the block it is in. */
function lastName(projection: LoraProjection): string {
  return PEFT_MODULES[projection].split('.')[1]!;
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}

function invalid(reason: string): Error {
  return adapterRefused('CONFIG_INVALID', reason);
}
