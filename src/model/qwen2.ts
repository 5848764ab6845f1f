import type { GgufHeader } from '../gguf/read-gguf.ts';
import type { Linear, Network } from '../graph/network.ts';
import { NetworkReader } from './network-reader.ts';

/**
 * The `qwen2` architecture (Qwen2, Qwen2.5, their Coder and Math models): as Llama, but Q, K and V have
 * biases, and rows are stored in Hugging Face's order.
 *
 * Source: Yang et al. 2024, "Qwen2 Technical Report", section 2.2; llama.cpp `convert_hf_to_gguf.py`.
 *
 * @throws SeclError `MODEL_INVALID` if a number or tensor is missing or wrong; `MODEL_UNSUPPORTED` if the
 *   file has a setting or tensor that this description does not know, e.g. rope scaling.
 */
export function qwen2(header: GgufHeader): Network {
  const reader = new NetworkReader(header, 'qwen2');
  const { config } = reader;
  const { hiddenSize, feedForwardSize, heads, kvHeads, headSize, vocabularySize } = config;
  const plain = (name: string, rows: number, columns: number): Linear => ({
    weight: reader.weight(`${name}.weight`, rows, columns),
    bias: undefined,
  });
  const biased = (name: string, rows: number, columns: number): Linear => ({
    weight: reader.weight(`${name}.weight`, rows, columns),
    bias: reader.weight(`${name}.bias`, rows, 1),
  });
  const embedding = reader.weight('token_embd.weight', vocabularySize, hiddenSize);
  const layers = Array.from({ length: config.layers }, (_, index) => {
    const block = `blk.${index}`;
    const [queryWidth, keyWidth] = [heads * headSize, kvHeads * headSize];
    return {
      attentionNorm: { weight: reader.weight(`${block}.attn_norm.weight`, hiddenSize, 1) },
      projections: {
        q: biased(`${block}.attn_q`, queryWidth, hiddenSize),
        k: biased(`${block}.attn_k`, keyWidth, hiddenSize),
        v: biased(`${block}.attn_v`, keyWidth, hiddenSize),
        o: plain(`${block}.attn_output`, hiddenSize, queryWidth),
        gate: plain(`${block}.ffn_gate`, feedForwardSize, hiddenSize),
        up: plain(`${block}.ffn_up`, feedForwardSize, hiddenSize),
        down: plain(`${block}.ffn_down`, hiddenSize, feedForwardSize),
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
