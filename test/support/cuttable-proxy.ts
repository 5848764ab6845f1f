import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A proxy in the path to a server, whose connections can be cut. */
export interface CuttableProxy {
  readonly port: number;
  /** Breaks every connection, and refuses new ones for a while. @returns How many it broke. */
  cut(refuseMs: number): Promise<number>;
  close(): Promise<void>;
}

/** Forwards bytes to a port of this machine. */
export async function openProxy(target: () => number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let isRefusing = false;
  const server = createServer((near) => {
    if (isRefusing) {
      near.destroy();
      return;
    }
    const far = connect(target(), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    cut: async (refuseMs) => {
      isRefusing = true;
      const cut = sockets.size / 2;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => setTimeout(resolve, refuseMs));
      isRefusing = false;
      return cut;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
