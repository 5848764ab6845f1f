import { createHash } from 'node:crypto';
import type { OnStoreProgress } from '../adapters/hub/store-progress.ts';
import { STAND_IN_LORA_SITES, standInSha256 } from '../adapters/memory/stand-in-language-model.ts';
import { createStandInTrainer } from '../adapters/memory/stand-in-trainer.ts';
import { openEmbeddedTrainer } from '../adapters/trainer/embedded-trainer.ts';
import { SeclError } from '../errors/secl-error.ts';
import { checkAdapter, type AdapterLimits } from '../peft/check-adapter.ts';
import type { NamedTargets } from '../graph/lora-sites.ts';
import type { AdapterStore } from '../ports/adapter-store.ts';
import type { Topology } from '../topology/topology.ts';
import { adapterTargets } from './adapter-targets.ts';
import { buildModelFromStore } from './build-model-from-store.ts';
import { openModelStore } from './model-store.ts';
import { STAND_IN } from './open-language-model.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';
import type { TrainingDeskOptions } from './training-desk.ts';

/** How {@link openTrainer} goes about it. */
export interface OpenTrainerOptions {
  readonly store: AdapterStore;
  /** Wins over `SECL_CACHE_DIR`. */
  readonly cacheFolder?: string | undefined;
  readonly onProgress?: OnStoreProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What the model was opened with. @defaultValue `adapterTargets` of the topology */
  readonly lora?: readonly NamedTargets[] | undefined;
}

/** A trainer, and how the adapters that it makes are loaded. */
export type OpenedTrainer = Pick<TrainingDeskOptions, 'trainer' | 'load'>;

/**
 * Opens the trainer of a topology's model in this process; `undefined` where nothing is trained.
 *
 * @throws SeclError of the model store and of the trainer.
 */
export async function openTrainer(
  topology: Topology,
  options: OpenTrainerOptions,
): Promise<OpenedTrainer | undefined> {
  const { model, training } = topology;
  if (training.mode === 'off') return undefined;
  const { store } = options;
  if (model.name === STAND_IN)
    return {
      trainer: createStandInTrainer({ baseSha256: standInSha256(), store, clock: SYSTEM_CLOCK }),
      load: await openAdapterLoader(topology, options),
    };
  const built = await builtModel(topology, options);
  return {
    trainer: await openEmbeddedTrainer({
      ggufPath: built.ggufPath,
      baseSha256: built.fileSha256,
      store,
      folder: built.trainingFolder,
      ...(model.threads === null ? {} : { threads: model.threads }),
    }),
    load: loaderOf(store, { baseSha256: built.fileSha256, sites: built.manifest.lora.sites }),
  };
}

/**
 * Opens what loads adapters that are trained elsewhere.
 *
 * @throws SeclError of the model store.
 */
export async function openAdapterLoader(
  topology: Pick<Topology, 'model' | 'training'>,
  options: OpenTrainerOptions,
): Promise<OpenedTrainer['load']> {
  if (topology.model.name === STAND_IN)
    return loaderOf(options.store, { baseSha256: standInSha256(), sites: STAND_IN_LORA_SITES });
  const { fileSha256, manifest } = await builtModel(topology, options);
  return loaderOf(options.store, { baseSha256: fileSha256, sites: manifest.lora.sites });
}

/** Pulls and builds a topology's model where that has not been done. */
function builtModel(
  topology: Pick<Topology, 'model' | 'training'>,
  { cacheFolder, onProgress, signal, lora = adapterTargets(topology) }: OpenTrainerOptions,
): ReturnType<typeof buildModelFromStore> {
  const { name, precision } = topology.model;
  return buildModelFromStore(openModelStore({ cacheFolder }), name, {
    precision,
    onProgress,
    signal,
    lora,
  });
}

const SHARED_FOLDER =
  'adapters too large for a record lie in the folder adapters of the run or of broker.folder, which workers and trainers have to share';

/** Loads adapters from their records or the store, each checked before it may act. */
function loaderOf(store: AdapterStore, limits: AdapterLimits): OpenedTrainer['load'] {
  return async (record) => {
    const bytes = record.weights ?? (await store.get(record.sha256));
    const sha256 = createHash('sha256')
      .update(bytes ?? new Uint8Array())
      .digest('hex');
    const verdict = checkAdapter(record, bytes, sha256, limits);
    if (verdict.ok) return verdict.adapter;
    const { code, reason } = verdict.refusal;
    // Decisions carry the message alone, and a worker elsewhere is where this happens first.
    const where = code === 'MISSING' && record.weights === null ? `; ${SHARED_FOLDER}` : '';
    throw new SeclError('ADAPTER_REFUSED', `${code}: ${reason}${where}`, {
      hint: 'Bring its bytes back from a copy, or put another version in place: `secl adapter rollback 0` for none, `secl adapter list` for which there are.',
    });
  };
}
