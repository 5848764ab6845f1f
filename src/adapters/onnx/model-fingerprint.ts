import { createHash } from 'node:crypto';
import { arch, cpus } from 'node:os';
import { unusualSites } from '../../graph/lora-sites.ts';
import type { ModelManifest } from '../../model/model-manifest.ts';

/**
 * Version of how calls become runs: it rises with anything in `src/decoding` or this adapter that may change
 * a floating-point result, such as the order or size of runs.
 */
const RUNS_VERSION = 1;

/** What may change a floating-point result, besides the calls themselves. */
export interface FingerprintParts {
  readonly manifest: Pick<
    ModelManifest,
    'source' | 'precision' | 'graphVersion' | 'config' | 'lora'
  >;
  readonly runtimeVersion: string;
  readonly threads: number;
  /** Decides when positions are forgotten, and so the cuts of runs. */
  readonly contextLength: number;
}

/** SHA-256, lower-case hex, of everything that may change a floating-point result, this machine included. */
export function modelFingerprint(parts: FingerprintParts): string {
  const { manifest, runtimeVersion, threads, contextLength } = parts;
  const { config, lora } = manifest;
  const unusual = unusualSites(config.layers, lora.sites);
  const facts = {
    file: manifest.source.sha256,
    precision: manifest.precision,
    graphVersion: manifest.graphVersion,
    runsVersion: RUNS_VERSION,
    runtime: `onnxruntime-node ${runtimeVersion}`,
    threads,
    contextLength,
    processor: `${arch()} ${cpus()[0]?.model ?? 'unknown'}`,
    // Left out where there are none: most graphs take adapters at the usual sites alone.
    ...(unusual.length === 0
      ? {}
      : { sites: unusual.map(({ layer, projection }) => `${layer}.${projection}`) }),
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
