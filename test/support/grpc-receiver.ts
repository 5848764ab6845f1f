import assert from 'node:assert/strict';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decodeStrictly, type OtlpRequests } from './otlp-messages.ts';

/** A receiver of OTLP over gRPC, as much of it as an export needs. */
export interface GrpcReceiver {
  /** `http://host:port`. */
  readonly url: string;
  /** What was asked for, and the decoded request. */
  readonly calls: readonly {
    readonly path: string;
    readonly request: OtlpRequests[keyof OtlpRequests];
  }[];
  close(): Promise<void>;
}

/**
 * Starts a {@link GrpcReceiver}: HTTP/2 in clear text, a message behind a byte of flags and four of length, the status
 * in the trailers (gRPC over HTTP2, the protocol's own document).
 */
export async function grpcReceiver(): Promise<GrpcReceiver> {
  const calls: { path: string; request: OtlpRequests[keyof OtlpRequests] }[] = [];
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const framed = Buffer.concat(chunks);
      const message = framed.subarray(5);
      assert.equal(framed.readUInt32BE(1), message.length);
      const path = headers[':path'] ?? '';
      const bytes = framed[0] === 1 ? gunzipSync(message) : message;
      const type = path.includes('Trace') ? 'TraceRequest' : 'MetricsRequest';
      calls.push({ path, request: decodeStrictly(type, bytes) });
      stream.on('wantTrailers', () => {
        stream.sendTrailers({ 'grpc-status': '0' });
      });
      stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
      // An empty response: everything was taken.
      stream.end(Buffer.alloc(5));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
