import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SeclError } from '../../errors/secl-error.ts';
import type { LoraTargets } from '../../graph/lora-sites.ts';
import type { Network } from '../../graph/network.ts';
import type { RowReader } from '../../model/encode-weight.ts';
import { modelData } from '../../model/plan-model.ts';
import {
  TRAINING_DATA_FILE,
  TRAINING_GRAPH_VERSION,
  trainingGraphs,
  trainingLayout,
} from '../../training/plan-training.ts';

/** Paths of the graphs that train one choice of sites. */
export interface TrainingPaths {
  /** `undefined` where every layer is trained. */
  readonly below: string | undefined;
  readonly measured: string;
  readonly trained: string;
}

/** Whoever writes a file adds to it many times a minute: one that stood still for so long is nobody's. */
const LEFT_OVER_MS = 600 * 1000;

/**
 * Sees to it that a model's float32 weights and the graphs of one choice of sites are on disk. Files appear
 * whole or not at all, and the weights are written once, whatever is trained later. What a process left behind that was
 * killed while it wrote, up to 4 bytes a weight, is removed ten minutes later.
 *
 * @param parent - Folder for the training graphs of all models; made if need be.
 * @param baseSha256 - Of the model's file; names the folder within.
 * @throws SeclError `STORE_FAILED` if the disk refuses; what reading the model throws.
 */
export async function prepareTrainingFolder(
  parent: string,
  baseSha256: string,
  network: Network,
  targets: Required<LoraTargets>,
  read: RowReader,
): Promise<TrainingPaths> {
  const folder = join(parent, `${baseSha256.slice(0, 12)}-fp32-t${TRAINING_GRAPH_VERSION}`);
  await storing(folder, mkdir(folder, { recursive: true }));
  await removeLeftovers(folder);
  const layout = trainingLayout(network);
  const data = join(folder, TRAINING_DATA_FILE);
  const size = await stat(data).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== layout.totalBytes) await writeWhole(data, modelData(layout, read));
  const stem = join(folder, `${targets.lastLayers}-${[...targets.projections].sort().join('.')}`);
  const graphs = trainingGraphs(network, targets, layout);
  const write = async (name: string, bytes: Uint8Array): Promise<string> => {
    const path = `${stem}.${name}.onnx`;
    // A cache that cannot be written to will do, if it has what is needed.
    const there = await readFile(path).catch(() => undefined);
    if (there?.equals(bytes) !== true) await writeWhole(path, [bytes]);
    return path;
  };
  return {
    below: graphs.below === undefined ? undefined : await write('below', graphs.below),
    measured: await write('measured', graphs.measured),
    trained: await write('trained', graphs.trained),
  };
}

/** Removes what killed processes left over; a folder that cannot be tidied is none the worse for it. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith('.partial'))) {
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written !== undefined && Date.now() - written.mtimeMs > LEFT_OVER_MS)
      await rm(path, { force: true }).catch(() => undefined);
  }
}

async function writeWhole(path: string, stretches: Iterable<Uint8Array>): Promise<void> {
  const staging = `${path}.${randomUUID()}.partial`;
  try {
    const file = await storing(path, open(staging, 'wx'));
    try {
      for (const bytes of stretches) await storing(path, file.writeFile(bytes));
      await storing(path, file.sync());
    } finally {
      await file.close();
    }
    await storing(path, rename(staging, path));
  } catch (error) {
    await rm(staging, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function storing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SeclError('STORE_FAILED', `Cannot write ${path}: ${why}.`, {
      hint: 'Check the disk space that is free, and that the folder may be written.',
      cause,
    });
  }
}
