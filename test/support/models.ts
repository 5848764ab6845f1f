import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Models that tests may use when they are there, with the names their files may have in a folder. */
const FILE_NAMES = {
  'smollm2-135m-instruct': ['smollm2-135m-instruct-q4_1.gguf', 'SmolLM2-135M-Instruct.Q4_1.gguf'],
  'qwen2.5-coder-0.5b-instruct': ['qwen2.5-coder-0.5b-instruct-q4_k_m.gguf'],
} as const;

/** Name of a model in the project's catalogue. */
export type TestModel = keyof typeof FILE_NAMES;

/** Where a model is, or why a test that needs it is skipped (for node:test's `skip`). */
export type FoundModel =
  | { readonly path: string; readonly skip: false }
  | { readonly path: undefined; readonly skip: string };

/**
 * Looks for a model file: in the folder `SECL_TEST_MODELS_DIR`, then in the model cache
 * (`SECL_CACHE_DIR`, else `~/.cache/secl-stream`). Nothing is downloaded.
 */
export function findModel(name: TestModel): FoundModel {
  const folder = process.env['SECL_TEST_MODELS_DIR'];
  const cache = process.env['SECL_CACHE_DIR'] ?? join(homedir(), '.cache', 'secl-stream');
  const places = [
    ...(folder === undefined ? [] : FILE_NAMES[name].map((file) => join(folder, file))),
    join(cache, 'models', name, 'model.gguf'),
  ];
  const path = places.find((place) => existsSync(place));
  if (path !== undefined) return { path, skip: false };
  return {
    path: undefined,
    skip: `${name} is not there: run \`secl model pull ${name}\`, or set SECL_TEST_MODELS_DIR`,
  };
}
