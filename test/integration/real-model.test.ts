import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { openModelStore } from '../../src/app/model-store.ts';
import { verifyModel } from '../../src/app/verify-model.ts';
import { ensureRealModel, REAL_MODEL, realModelSkip } from '../support/real-model.ts';

describe('the model store with a real model', { skip: realModelSkip() }, () => {
  it('pulls, checks and builds it once, whoever asks', async (t) => {
    const started = performance.now();
    const both = await Promise.all([ensureRealModel(), ensureRealModel()]);
    t.diagnostic(`ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const [model] = both;
    assert.ok(both.filter(({ alreadyThere }) => !alreadyThere).length <= 1);
    assert.equal(model.manifest.config.architecture, 'llama');
    const { size } = await stat(join(model.folder, model.manifest.files.data));
    assert.equal(size, model.manifest.files.dataBytes);
    const report = await verifyModel(openModelStore(), REAL_MODEL);
    assert.equal(report.intact, true);
    assert.equal(report.sha256, model.fileSha256);
    assert.equal((await ensureRealModel()).alreadyThere, true);
  });
});
