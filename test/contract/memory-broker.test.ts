import { it } from 'node:test';
import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { manualClock } from '../support/manual-clock.ts';
import { brokerContract } from './broker.ts';
import { compareWithModel } from './broker/broker-commands.ts';
import type { BrokerContract } from './broker/broker-scene.ts';
import { fenceDeafOwner } from './broker/deaf-owner.ts';

const contract: BrokerContract = {
  name: 'in memory',
  open: async () => {
    const clock = manualClock();
    const broker = createMemoryBroker({ clock });
    return { broker, moveClock: clock.move, dispose: () => broker.close() };
  },
};

brokerContract(contract);

it('in memory: agrees with a model of a broker', async () => {
  await compareWithModel(contract, { runs: 150, seed: 20260714 });
});

it('in memory: fences a former owner that hears nothing', async () => {
  const { broker, dispose } = await contract.open();
  await fenceDeafOwner(broker);
  await dispose();
});
