import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import fc from 'fast-check';

import { readAdapterConfig } from '../../../src/peft/adapter-config.ts';
import { refusalOf, type RefusalCode } from '../../../src/peft/adapter-refused.ts';

/** A configuration as PEFT wrote it, with changes. */
function config(changes: Readonly<Record<string, unknown>> = {}): string {
  const text = readFileSync('test/golden/peft/theirs-llama/adapter_config.json', 'utf8');
  return JSON.stringify({ ...(JSON.parse(text) as object), ...changes });
}

function refuses(text: string, code: RefusalCode): void {
  assert.throws(
    () => readAdapterConfig(text),
    (error) => {
      assert.equal(refusalOf(error)?.code, code, String(error));
      return true;
    },
  );
}

describe('readAdapterConfig', () => {
  it('reads rank, alpha and the base model', () => {
    const { rank, alpha, baseModel } = readAdapterConfig(config({ base_model_name_or_path: 'm' }));
    assert.deepEqual({ rank, alpha, baseModel }, { rank: 3, alpha: 6, baseModel: 'm' });
  });

  const refused: readonly (readonly [Readonly<Record<string, unknown>>, RefusalCode])[] = [
    [{ rank_pattern: { q_proj: 4 } }, 'RANK_PATTERN'],
    [{ alpha_pattern: { q_proj: 4 } }, 'ALPHA_PATTERN'],
    [{ use_rslora: true }, 'RSLORA'],
    [{ use_dora: true }, 'DORA'],
    [{ modules_to_save: ['lm_head'] }, 'MODULES_TO_SAVE'],
    [{ bias: 'all' }, 'BIAS'],
    [{ bias: 'lora_only' }, 'BIAS'],
    [{ lora_bias: true }, 'BIAS'],
    [{ peft_type: 'IA3' }, 'NOT_LORA'],
    [{ peft_type: undefined }, 'NOT_LORA'],
    [{ task_type: 'SEQ_CLS' }, 'UNKNOWN_OPTION'],
    [{ init_lora_weights: 'pissa' }, 'UNKNOWN_OPTION'],
    [{ fan_in_fan_out: true }, 'UNKNOWN_OPTION'],
    [{ layers_pattern: 'h' }, 'UNKNOWN_OPTION'],
    [{ use_qalora: true }, 'UNKNOWN_OPTION'],
    [{ target_parameters: ['x'] }, 'UNKNOWN_OPTION'],
    [{ trainable_token_indices: [1] }, 'UNKNOWN_OPTION'],
    [{ exclude_modules: ['q_proj'] }, 'UNKNOWN_OPTION'],
    [{ layer_replication: [[0, 1]] }, 'UNKNOWN_OPTION'],
    [{ an_option_of_tomorrow: 1 }, 'UNKNOWN_OPTION'],
    [{ target_modules: 'all-linear' }, 'UNKNOWN_SITE'],
    [{ target_modules: null }, 'UNKNOWN_SITE'],
    [{ target_modules: [] }, 'UNKNOWN_SITE'],
    [{ target_modules: ['q_proj', 'lm_head'] }, 'UNKNOWN_SITE'],
    [{ target_modules: ['q_proj', 7] }, 'UNKNOWN_SITE'],
    [{ target_modules: ['constructor'] }, 'UNKNOWN_SITE'],
    [{ r: 0 }, 'CONFIG_INVALID'],
    [{ r: 1.5 }, 'CONFIG_INVALID'],
    [{ r: '8' }, 'CONFIG_INVALID'],
    [{ lora_alpha: -1 }, 'CONFIG_INVALID'],
    [{ lora_alpha: null }, 'CONFIG_INVALID'],
    [{ layers_to_transform: ['1'] }, 'CONFIG_INVALID'],
  ];
  for (const [changes, code] of refused)
    it(`refuses ${JSON.stringify(changes)} as ${code}`, () => refuses(config(changes), code));

  it('lets options that say nothing pass, old and new', () => {
    readAdapterConfig(
      config({ an_option_of_tomorrow: null, another: {}, third: [], layers_pattern: ['layers'] }),
    );
  });

  it('covers what PEFT would: suffixes and whole names, in the layers named or all', () => {
    const covers = (changes: object, layer: number, projection: 'q' | 'gate'): boolean =>
      readAdapterConfig(config({ ...changes })).covers({ layer, projection });
    const all = { layers_to_transform: null };
    assert.ok(covers({ ...all, target_modules: ['q_proj'] }, 9, 'q'));
    assert.ok(covers({ ...all, target_modules: ['mlp.gate_proj'] }, 0, 'gate'));
    assert.ok(!covers({ ...all, target_modules: ['mlp.gate_proj'] }, 0, 'q'));
    assert.ok(covers({ ...all, target_modules: ['model.layers.3.self_attn.q_proj'] }, 3, 'q'));
    assert.ok(!covers({ ...all, target_modules: ['layers.3.self_attn.q_proj'] }, 13, 'q'));
    assert.ok(covers({ target_modules: ['q_proj'], layers_to_transform: 0 }, 0, 'q'));
    assert.ok(!covers({ target_modules: ['q_proj'], layers_to_transform: [0, 2] }, 1, 'q'));
  });

  it('refuses what is no object, too long, or anything else, with a code', () => {
    for (const text of ['', '{', '[]', 'null', '"LORA"', ' '.repeat(2 ** 20 + 1)])
      refuses(text, 'CONFIG_INVALID');
    const property = fc.property(fc.json(), (text) => {
      assert.throws(
        () => readAdapterConfig(text),
        (error) => refusalOf(error) !== undefined,
      );
    });
    fc.assert(property, { numRuns: 500, seed: 1 });
  });
});
