import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SeclError } from '../../../src/errors/secl-error.ts';
import { adapterRefused, REFUSALS, refusalOf } from '../../../src/peft/adapter-refused.ts';

describe('adapterRefused', () => {
  it('says code and reason, and carries both for a decision', () => {
    const error = adapterRefused('RSLORA', 'it is scaled otherwise');
    assert.equal(error.code, 'ADAPTER_REFUSED');
    assert.equal(error.message, 'the adapter was refused (RSLORA): it is scaled otherwise');
    assert.ok(error.hint !== undefined);
    assert.deepEqual({ ...refusalOf(error) }, { code: 'RSLORA', reason: 'it is scaled otherwise' });
  });

  it('makes text of a file fit for a terminal', () => {
    const { reason } = refusalOf(adapterRefused('DAMAGED', `\u001b[2J${'x'.repeat(1000)}`))!;
    assert.match(reason, /^\P{Cc}{300} …$/u);
  });

  it('is documented, code by code', () => {
    const text = readFileSync('docs/adapters.md', 'utf8');
    const listed = [...text.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, code]) => code);
    assert.deepEqual(listed.sort(), Object.keys(REFUSALS).sort());
  });
});

describe('refusalOf', () => {
  it('takes a refusal from elsewhere for damage, and faults for none', () => {
    assert.equal(refusalOf(new SeclError('ADAPTER_REFUSED', 'x'))?.code, 'DAMAGED');
    assert.equal(refusalOf(new SeclError('STORE_FAILED', 'x')), undefined);
    assert.equal(refusalOf(new Error('x')), undefined);
  });
});
