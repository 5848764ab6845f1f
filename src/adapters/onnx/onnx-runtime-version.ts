import { env } from 'onnxruntime-node';

/** Version of the inference runtime; loading this file proves that its library fits the machine. */
export function onnxRuntimeVersion(): string {
  return env.versions.node ?? env.versions.common;
}
