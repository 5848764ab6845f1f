import type { ByteSource } from '../gguf/byte-source.ts';
import { dequantize } from '../gguf/dequantize/dequantize.ts';
import type { GgufHeader } from '../gguf/read-gguf.ts';
import { TENSOR_LAYOUTS, tensorBytes } from '../gguf/tensor-type.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { RowReader } from './encode-weight.ts';

/**
 * Reads rows of a GGUF file's tensors as floats. One array is used for all calls of the same size.
 *
 * @throws SeclError `MODEL_INVALID` from the reader, if a tensor is missing or a number is not finite.
 */
export function tensorRows(header: GgufHeader, file: ByteSource): RowReader {
  let out = new Float32Array(0);
  return (source, first, count) => {
    const tensor = header.tensors.get(source.tensor);
    const fault = (what: string): SeclError =>
      new SeclError('MODEL_INVALID', `The tensor ${source.tensor} ${what}.`, {
        hint: 'Download the model file again and compare its checksum with the publisher’s.',
      });
    if (tensor === undefined) throw fault('is missing');
    const elements = count * source.columns;
    // A vector is rows of one element; the blocks of quantised ones span many, so it is read whole.
    if ((first * source.columns) % TENSOR_LAYOUTS[tensor.type].blockElements !== 0) {
      throw fault('has rows that do not begin with a block');
    }
    const offset = tensor.offset + tensorBytes(tensor.type, first * source.columns);
    const bytes = file.read(offset, tensorBytes(tensor.type, elements));
    if (out.length !== elements) out = new Float32Array(elements);
    dequantize(tensor.type, bytes, elements, out);
    for (let i = 0; i < elements; i += 1) {
      if (!Number.isFinite(out[i])) throw fault('holds a number that is not finite');
    }
    return out;
  };
}
