import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { openFileByteSource } from '../adapters/files/file-byte-source.ts';
import { withFolderLock } from '../adapters/hub/folder-lock.ts';
import { SeclError } from '../errors/secl-error.ts';
import { readGguf } from '../gguf/read-gguf.ts';
import { coveringTargets, type LoraTargets, type NamedTargets } from '../graph/lora-sites.ts';
import type { Precision } from '../graph/lower-inference.ts';
import { describeNetwork } from '../model/describe-network.ts';
import { GRAPH_VERSION, MANIFEST_FILE, parseModelManifest } from '../model/model-manifest.ts';
import type { ModelManifest } from '../model/model-manifest.ts';
import { createTokenizer } from '../tokenizer/create-tokenizer.ts';
import { buildModel } from './build-model.ts';
import { makeCacheFolder } from './make-cache-folder.ts';
import type { ModelStore } from './model-store.ts';
import { pullModel, type PullOptions } from './pull-model.ts';
import { resolveModel, sha256OfFile } from './resolve-model.ts';

/** How {@link buildModelFromStore} goes about it; the pull's options serve a model that is not there yet. */
export interface BuildFromStoreOptions extends Omit<PullOptions, 'force'> {
  /** @defaultValue `'int8'` */
  readonly precision?: Precision | undefined;
  /** Build even if the folder is there. @defaultValue false */
  readonly rebuild?: boolean | undefined;
  /**
   * Where adapters are to act that the graph has to take. Beyond q, v and o of the last third of the layers they get a
   * graph in a folder of its own. @defaultValue none
   */
  readonly lora?: readonly NamedTargets[] | undefined;
}

/** A model ready to be loaded. */
export interface BuiltModel {
  /** Catalogue name, name in the cache, or the file's name. */
  readonly name: string;
  /** The GGUF, which tokenizer and chat template are read from. */
  readonly ggufPath: string;
  /** SHA-256 of the GGUF, lower-case hex. */
  readonly fileSha256: string;
  /** Holds the graph, its weights and the manifest. */
  readonly folder: string;
  /** Where what trains the model is kept, whatever adapters its graph takes. */
  readonly trainingFolder: string;
  readonly manifest: ModelManifest;
  /** Whether nothing had to be built. */
  readonly alreadyThere: boolean;
}

/**
 * Makes a model ready: pulls it if it is a name whose file is not there, builds its graph if no folder of
 * this file, precision and graph version is there. Builds of the same folder, also by other processes,
 * wait for each other.
 *
 * @param nameOrPath - A name that `listModels` shows, or a GGUF file.
 * @throws SeclError of {@link pullModel}, {@link buildModel} and {@link createTokenizer}; `MODEL_UNSUPPORTED` for a
 *   model of the catalogue that can only be pulled.
 */
export async function buildModelFromStore(
  store: ModelStore,
  nameOrPath: string,
  options: BuildFromStoreOptions = {},
): Promise<BuiltModel> {
  const precision = options.precision ?? 'int8';
  const { name, ggufPath, fileSha256 } = await modelFile(store, nameOrPath, options);
  const usualKey = `${name}-${fileSha256.slice(0, 12)}-${precision}-g${GRAPH_VERSION}`;
  const usualFolder = join(store.cache.builtFolder, usualKey);
  const lora = await beyondUsual(options.lora ?? [], ggufPath, () =>
    findBuilt(usualFolder, fileSha256, precision),
  );
  const key =
    lora === undefined
      ? usualKey
      : `${usualKey}-lora${lora.lastLayers}-${lora.projections.join('.')}`;
  const folder = join(store.cache.builtFolder, key);
  const trainingFolder = `${usualFolder}.training`;
  const built = { name, ggufPath, fileSha256, folder, trainingFolder };
  const find = async (): Promise<ModelManifest | undefined> =>
    options.rebuild === true ? undefined : findBuilt(folder, fileSha256, precision);
  const there = await find();
  if (there !== undefined) return { ...built, manifest: there, alreadyThere: true };
  const report = (phase: 'lock' | 'build', done: number, total?: number): void => {
    const detail =
      phase === 'lock' ? `another process is building ${name}; waiting` : `${name} ${precision}`;
    options.onProgress?.({ phase, done, total, unit: 'bytes', detail });
  };
  const lock = {
    sleep: store.sleep,
    signal: options.signal,
    onWait: () => {
      report('lock', 0);
    },
  };
  await makeCacheFolder(store);
  return withFolderLock(store.cache.lockFolder('build', key), lock, async () => {
    const meanwhile = await find();
    if (meanwhile !== undefined) return { ...built, manifest: meanwhile, alreadyThere: true };
    await removeLeftovers(folder);
    refuseUnknownVocabulary(ggufPath);
    const manifest = await buildModel(ggufPath, folder, {
      precision,
      sourceSha256: fileSha256,
      ...(lora === undefined ? {} : { lora }),
      onProgress: ({ bytesDone, bytesTotal }) => {
        report('build', bytesDone, bytesTotal);
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return { ...built, manifest, alreadyThere: false };
  });
}

async function modelFile(
  store: ModelStore,
  nameOrPath: string,
  options: BuildFromStoreOptions,
): Promise<Pick<BuiltModel, 'name' | 'ggufPath' | 'fileSha256'>> {
  const reference = await resolveModel(store, nameOrPath);
  const { name } = reference;
  if (reference.kind === 'file') {
    const fileSha256 = await sha256OfFile(
      store,
      reference.path,
      options.onProgress,
      options.signal,
    );
    return { name, ggufPath: reference.path, fileSha256 };
  }
  if (reference.kind === 'catalogue' && !reference.entry.buildable) {
    const { title, architecture } = reference.entry;
    throw new SeclError(
      'MODEL_UNSUPPORTED',
      `${title} is of architecture ${architecture}, which cannot be run yet.`,
      {
        hint: 'Choose another model: `secl model list` says which can be built.',
      },
    );
  }
  const { path, record } = await pullModel(store, name, options);
  return { name, ggufPath: path, fileSha256: record.sha256 };
}

/** What a graph has to take beyond the usual; `undefined`: nothing. The model file is opened only where it must be. */
async function beyondUsual(
  wanted: readonly NamedTargets[],
  ggufPath: string,
  usual: () => Promise<ModelManifest | undefined>,
): Promise<Required<LoraTargets> | undefined> {
  if (wanted.length === 0) return undefined;
  const layers = (await usual())?.config.layers ?? layersOf(ggufPath);
  return coveringTargets(layers, wanted);
}

/**
 * Refuses a model whose text could not be read in, before its graph is built. A file that names no vocabulary is let
 * through: its graph may serve other tools.
 *
 * @throws SeclError of {@link describeNetwork} and {@link createTokenizer}.
 */
function refuseUnknownVocabulary(ggufPath: string): void {
  const file = openFileByteSource(ggufPath);
  try {
    const header = readGguf(file);
    // Whose architecture is unknown needs no word on its vocabulary.
    describeNetwork(header);
    const { metadata } = header;
    if (metadata.has('tokenizer.ggml.model')) createTokenizer(metadata);
  } finally {
    file.close();
  }
}

/** Decoder layers of a model file. @throws SeclError as `buildModel` does. */
function layersOf(ggufPath: string): number {
  const file = openFileByteSource(ggufPath);
  try {
    return describeNetwork(readGguf(file)).config.layers;
  } finally {
    file.close();
  }
}

/** The manifest of a complete folder made of this very file; `undefined` asks for a build. */
async function findBuilt(
  folder: string,
  sha256: string,
  precision: Precision,
): Promise<ModelManifest | undefined> {
  try {
    const manifest = parseModelManifest(await readFile(join(folder, MANIFEST_FILE), 'utf8'));
    const { size } = await stat(join(folder, manifest.files.data));
    const fits =
      manifest.source.sha256 === sha256 &&
      manifest.precision === precision &&
      size === manifest.files.dataBytes;
    return fits ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** What builds that were killed left beside the folder; under the lock nobody else writes there. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent).catch(() => [])) {
    const leftover = name.startsWith(`${basename(folder)}.`) && name.endsWith('.partial');
    if (leftover) await rm(join(parent, name), { recursive: true, force: true });
  }
}
