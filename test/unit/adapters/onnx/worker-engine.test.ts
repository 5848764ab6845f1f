import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { WorkerEngine } from '../../../../src/adapters/onnx/worker-engine.ts';
import type { LoraAdapter } from '../../../../src/ports/language-model.ts';

/** A worker whose code sees `port` and answers calls as the test wants. */
function workerOf(code: string): Worker {
  return new Worker(`const { parentPort: port } = require('node:worker_threads');\n${code}`, {
    eval: true,
  });
}

const READY = `port.postMessage({ kind: 'ready', runtimeVersion: '9.9' });`;
const request = { prompt: [1], maxTokens: 1 };
const failed = { code: 'MODEL_FAILED' };

describe('WorkerEngine', () => {
  it('answers calls by their ids, in whatever order results come', async () => {
    const worker = workerOf(`${READY}
      const held = [];
      port.on('message', (message) => {
        if (message.kind === 'close') process.exit(0);
        held.unshift(message);
        if (held.length === 2)
          for (const { id, call } of held)
            port.postMessage({ kind: 'result', id, value: call.requests });
      });`);
    const engine = await WorkerEngine.ready(worker);
    assert.equal(engine.runtimeVersion, '9.9');
    const [a, b] = await Promise.all([
      engine.generate([{ ...request, maxTokens: 1 }]),
      engine.generate([{ ...request, maxTokens: 2 }]),
    ]);
    assert.deepEqual([a, b], [[{ ...request, maxTokens: 1 }], [{ ...request, maxTokens: 2 }]]);
    await engine.close();
  });

  it('passes coded errors on', async () => {
    const worker = workerOf(`${READY}
      port.on('message', ({ id, kind }) => {
        if (kind === 'close') process.exit(0);
        const error = { code: 'CANCELLED', message: 'so it is', hint: 'wait', retryable: false };
        port.postMessage({ kind: 'error', id, error });
      });`);
    const engine = await WorkerEngine.ready(worker);
    await assert.rejects(engine.next([]), { code: 'CANCELLED', message: 'so it is', hint: 'wait' });
    await engine.close();
  });

  it('tells of cancellation, before the call and during it', async () => {
    const worker = workerOf(`${READY}
      port.on('message', ({ id, kind, cancelled }) => {
        if (kind === 'close') process.exit(0);
        if (kind === 'cancel') port.postMessage({ kind: 'result', id, value: 'during' });
        if (cancelled) port.postMessage({ kind: 'result', id, value: 'before' });
      });`);
    const engine = await WorkerEngine.ready(worker);
    assert.equal(await engine.generate([request], AbortSignal.abort()), 'before');
    const controller = new AbortController();
    const call = engine.generate([request], controller.signal);
    controller.abort();
    assert.equal(await call, 'during');
    await engine.close();
  });

  it('sends an adapter once, however many scopes use it', async () => {
    const worker = workerOf(`${READY}
      port.on('message', ({ id, kind, call }) => {
        if (kind === 'close') process.exit(0);
        const show = (value) => String(value === 'same' ? value : value?.version);
        const message = [show(call.present), show(call.previous), call.adaptAll].join(' ');
        port.postMessage({ kind: 'error', id, error: { code: 'USAGE', message } });
      });`);
    const engine = await WorkerEngine.ready(worker);
    const adapter = { version: 4, rank: 1, scaling: 1, sites: [] };
    const sent: string[] = [];
    const next = { ...adapter, version: 5 };
    const pairs: readonly (readonly [LoraAdapter | undefined, LoraAdapter | undefined])[] = [
      [undefined, undefined],
      [adapter, undefined],
      [adapter, undefined],
      [undefined, undefined],
      [next, adapter],
      [next, adapter],
      [next, undefined],
    ];
    for (const [present, previous] of pairs)
      await engine
        .open([], { present, previous, adaptAll: present === next })
        .catch((error: unknown) => sent.push((error as Error).message));
    assert.deepEqual(sent, [
      'same same false',
      '4 same false',
      'same same false',
      'undefined same false',
      '5 4 true',
      'same same true',
      'same undefined true',
    ]);
    await engine.close();
  });

  it('rejects everything when the worker throws, then and later', async () => {
    const worker = workerOf(`${READY}
      port.on('message', ({ call }) => { if (call.requests.length === 2) throw new Error('boom'); });`);
    const engine = await WorkerEngine.ready(worker);
    const pending = [
      engine.generate([request]),
      engine.next([]),
      engine.generate([request, request]),
    ];
    for (const call of pending) await assert.rejects(call, { ...failed, message: /boom/ });
    await assert.rejects(engine.score([]), failed);
    await engine.close();
  });

  it('rejects everything when the worker just ends', async () => {
    const worker = workerOf(`${READY} port.on('message', () => process.exit(7));`);
    const engine = await WorkerEngine.ready(worker);
    await assert.rejects(engine.generate([request]), { ...failed, message: /exit code 7/ });
  });

  it('fails to start when the worker does', async () => {
    await assert.rejects(WorkerEngine.ready(workerOf(`throw new Error('no')`)), failed);
    await assert.rejects(WorkerEngine.ready(workerOf(`process.exit(3)`)), failed);
    const error = `{ code: 'MODEL_FAILED', message: 'bad graph' }`;
    await assert.rejects(
      WorkerEngine.ready(workerOf(`port.postMessage({ kind: 'failed', error: ${error} })`)),
      { ...failed, message: 'bad graph' },
    );
  });
});
