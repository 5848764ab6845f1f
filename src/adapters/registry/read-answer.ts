/** What a registry answered. */
export interface RegistryAnswer {
  readonly status: number;
  /** Its body, if that is a JSON object. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** Largest body that is read; schemas are far below. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Reads an answer, up to a limit; a body that is no JSON object is passed over. */
export async function readAnswer(response: Response): Promise<RegistryAnswer> {
  const { status } = response;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return { status, json: undefined };
    chunks.push(chunk);
  }
  try {
    const json: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    return { status, json: isObject ? (json as Record<string, unknown>) : undefined };
  } catch {
    return { status, json: undefined };
  }
}
