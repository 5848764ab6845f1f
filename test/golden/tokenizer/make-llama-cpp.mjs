/**
 * Makes MODEL.llama-cpp.json: the texts of strings.json whose ids in llama.cpp differ from those in
 * MODEL.json, with llama.cpp's ids. Run with node-llama-cpp 3.22.1 installed somewhere else, from there:
 *     node make-llama-cpp.mjs FOLDER_OF_MODELS
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MODELS = {
  'smollm2-135m-instruct': 'smollm2-135m-instruct-q4_1.gguf',
  'qwen2.5-coder-0.5b-instruct': 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
};
const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(process.cwd(), 'package.json'));
const { getLlama } = await import(pathToFileURL(require.resolve('node-llama-cpp')).href);

const strings = JSON.parse(readFileSync(join(here, 'strings.json'), 'utf8'));
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' });
for (const [name, file] of Object.entries(MODELS)) {
  const { ids } = JSON.parse(readFileSync(join(here, `${name}.json`), 'utf8'));
  const model = await llama.loadModel({
    modelPath: join(process.argv[2], file),
    vocabOnly: true,
    gpuLayers: 0,
  });
  const differing = strings.flatMap((text, index) => {
    // `false`: text that spells a control token is text.
    const theirs = Array.from(model.tokenize(text, false), Number);
    return JSON.stringify(theirs) === JSON.stringify(ids[index]) ? [] : [{ index, ids: theirs }];
  });
  console.log(name, 'texts that llama.cpp encodes otherwise:', differing.length);
  writeFileSync(join(here, `${name}.llama-cpp.json`), `${JSON.stringify(differing)}\n`);
  await model.dispose();
}
process.exit(0);
