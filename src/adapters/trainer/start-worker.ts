import { Worker } from 'node:worker_threads';

/**
 * Starts a worker thread from a module beside this one.
 *
 * Compiled modules start as they are. Run from TypeScript by tsx, the thread must be told of tsx first: it
 * does not reach into worker threads by itself.
 *
 * @param name - The module's file name without its ending.
 * @param workerData - What the worker finds in `workerData`; cloned.
 */
export function startWorker(name: string, workerData: unknown): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL(`./${name}.js`, import.meta.url), { workerData });
  const module = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href);
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const start = `import(${loader}).then(({ register }) => { register(); return import(${module}); })`;
  return new Worker(start, { workerData, eval: true });
}
