import type { GgufHeader } from '../gguf/read-gguf.ts';
import type { Linear, Network } from '../graph/network.ts';
import type { RowOrder } from '../graph/weight-recipe.ts';
import { NetworkReader } from './network-reader.ts';

/**
 * The `llama` architecture (Llama, SmolLM, TinyLlama, Mistral without sliding windows): root mean square
 * norms before attention and MLP, rotary attention with grouped keys, a gated MLP with SiLU. Converters
 * store the rows of Q and K permuted for a rotation of neighbours; their row order says so.
 *
 * Source: Touvron et al. 2023, "LLaMA", section 2.2; llama.cpp `convert_hf_to_gguf.py` for names and order.
 *
 * @throws SeclError `MODEL_INVALID` if a number or tensor is missing or wrong; `MODEL_UNSUPPORTED` if the
 *   file has a setting or tensor that this description does not know, e.g. rope scaling or experts.
 */
export function llama(header: GgufHeader): Network {
  const reader = new NetworkReader(header, 'llama');
  const { config } = reader;
  const { hiddenSize, feedForwardSize, heads, kvHeads, headSize, vocabularySize } = config;
  const linear = (name: string, rows: number, columns: number, rowOrder?: RowOrder): Linear => ({
    weight: reader.weight(`${name}.weight`, rows, columns, rowOrder),
    bias: reader.optionalVector(`${name}.bias`, rows, rowOrder),
  });
  const embedding = reader.weight('token_embd.weight', vocabularySize, hiddenSize);
  const layers = Array.from({ length: config.layers }, (_, index) => {
    const block = `blk.${index}`;
    const [queryWidth, keyWidth] = [heads * headSize, kvHeads * headSize];
    return {
      attentionNorm: { weight: reader.weight(`${block}.attn_norm.weight`, hiddenSize, 1) },
      projections: {
        q: linear(`${block}.attn_q`, queryWidth, hiddenSize, { kind: 'interleaved', heads }),
        k: linear(`${block}.attn_k`, keyWidth, hiddenSize, { kind: 'interleaved', heads: kvHeads }),
        v: linear(`${block}.attn_v`, keyWidth, hiddenSize),
        o: linear(`${block}.attn_output`, hiddenSize, queryWidth),
        gate: linear(`${block}.ffn_gate`, feedForwardSize, hiddenSize),
        up: linear(`${block}.ffn_up`, feedForwardSize, hiddenSize),
        down: linear(`${block}.ffn_down`, hiddenSize, feedForwardSize),
      },
      mlpNorm: { weight: reader.weight(`${block}.ffn_norm.weight`, hiddenSize, 1) },
    };
  });
  const network: Network = {
    config,
    embedding,
    layers,
    finalNorm: { weight: reader.weight('output_norm.weight', hiddenSize, 1) },
    head: reader.has('output.weight')
      ? reader.weight('output.weight', vocabularySize, hiddenSize)
      : embedding,
  };
  reader.finish();
  return network;
}
