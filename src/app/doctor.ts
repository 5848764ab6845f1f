import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { openRecordCodecs } from '../adapters/avro/record-codecs.ts';
import { openEmbeddedLog } from '../adapters/embedded-log/open-embedded-log.ts';
import { onnxRuntimeVersion } from '../adapters/onnx/onnx-runtime-version.ts';
import { SeclError } from '../errors/secl-error.ts';
import { listModels } from './list-models.ts';
import { loadTopology } from './load-topology.ts';
import { DEFAULT_MODEL, formatBytes } from './model-choices.ts';
import { openModelStore } from './model-store.ts';
import { SYSTEM_CLOCK } from './system-clock.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  /** `warning`: it works, but not as well as it could, or not everywhere. */
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What to do about it; `null` when all is well. */
  readonly hint: string | null;
}

/** Oldest Node.js that is supported, as in package.json's `engines`. */
const OLDEST_NODE = [20, 19] as const;
/** What pulling and building the default model takes: file, graph data, and room to move. Ours, measured. */
const NEEDED_DISK_BYTES = 3e9;
/** What the default model takes in memory when it runs. Ours, measured. */
const NEEDED_MEMORY_BYTES = 2e9;

const ok = (name: string, detail: string): Finding => ({ name, status: 'ok', detail, hint: null });

/** Runs one look and turns what it throws into a finding. */
async function look(name: string, find: () => Promise<Finding> | Finding): Promise<Finding> {
  try {
    return await find();
  } catch (error) {
    const hint = error instanceof SeclError ? (error.hint ?? null) : null;
    const detail = error instanceof Error ? error.message : String(error);
    return { name, status: 'failed', detail, hint: hint ?? 'See the message.' };
  }
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const tooOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (!tooOld) return ok('Node.js', process.version);
  return {
    name: 'Node.js',
    status: 'failed',
    detail: `${process.version} is older than ${OLDEST_NODE.join('.')}`,
    hint: 'Install a newer Node.js.',
  };
}

async function log(): Promise<Finding> {
  const folder = await mkdtemp(path.join(tmpdir(), 'secl-doctor-'));
  try {
    const broker = await openEmbeddedLog({ folder: path.join(folder, 'log'), clock: SYSTEM_CLOCK });
    await broker.ensureTopics([{ name: 'doctor' }]);
    await broker.append([{ topic: 'doctor', key: null, value: Uint8Array.of(1) }]);
    await broker.close();
    return ok('embedded log', 'opens, writes and closes');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Free space where a folder is or will be. */
async function freeBytes(folder: string): Promise<number> {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      if (path.dirname(at) === at) throw error;
    }
  }
}

/**
 * Looks at everything a first run needs: Node.js, inference runtime, records, topology, embedded log,
 * cache folder, disk, memory, and the default model. Downloads nothing.
 */
export async function examine(cacheFolder?: string): Promise<readonly Finding[]> {
  const store = openModelStore({ cacheFolder });
  return [
    await look('Node.js', node),
    await look('inference runtime', () =>
      ok(
        'inference runtime',
        `onnxruntime ${onnxRuntimeVersion()}, ${availableParallelism()} threads`,
      ),
    ),
    await look('record schemas', () => {
      openRecordCodecs();
      return ok('record schemas', 'all there, and older versions readable');
    }),
    await look('default topology', async () => ok('default topology', (await loadTopology()).name)),
    await look('embedded log', log),
    await look('disk', async () => {
      const free = await freeBytes(store.cache.folder);
      const detail = `${formatBytes(free)} free for the cache in ${store.cache.folder}`;
      if (free >= NEEDED_DISK_BYTES) return ok('disk', detail);
      const hint = `The default model needs about ${formatBytes(NEEDED_DISK_BYTES)}: free some, or set SECL_CACHE_DIR.`;
      return { name: 'disk', status: 'warning', detail, hint };
    }),
    await look('memory', () => {
      const detail = `${formatBytes(freemem())} free`;
      if (freemem() >= NEEDED_MEMORY_BYTES) return ok('memory', detail);
      const hint = `The default model needs about ${formatBytes(NEEDED_MEMORY_BYTES)}; smollm2-135m-instruct needs less.`;
      return { name: 'memory', status: 'warning', detail, hint };
    }),
    await look('default model', async () => {
      const models = await listModels(store);
      const found = models.find((model) => model.name === DEFAULT_MODEL);
      if (found?.state === 'cached') return ok('default model', `${DEFAULT_MODEL} is in the cache`);
      const hint = 'Run `secl model pull`, or let the first replay do it.';
      return {
        name: 'default model',
        status: 'warning',
        detail: `${DEFAULT_MODEL} is not in the cache yet`,
        hint,
      };
    }),
  ];
}
