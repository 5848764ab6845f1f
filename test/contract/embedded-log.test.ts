import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { openEmbeddedLog } from '../../src/adapters/embedded-log/open-embedded-log.ts';
import { manualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { brokerContract } from './broker.ts';
import { compareWithModel } from './broker/broker-commands.ts';
import type { BrokerContract } from './broker/broker-scene.ts';
import { fenceDeafOwner } from './broker/deaf-owner.ts';

const root = temporaryFolder();

const contract: BrokerContract = {
  name: 'embedded log',
  open: async () => {
    const clock = manualClock();
    const folder = await mkdtemp(join(root, 'log-'));
    const options = { folder, clock };
    let log = await openEmbeddedLog(options);
    return {
      broker: log,
      reopen: async () => {
        await log.close();
        log = await openEmbeddedLog(options);
        return log;
      },
      moveClock: clock.move,
      dispose: () => log.close(),
    };
  },
};

brokerContract(contract);

it('embedded log: agrees with a model of a broker', async () => {
  await compareWithModel(contract, { runs: 40, seed: 20260714 });
});

it('embedded log: fences a former owner that hears nothing', async () => {
  const { broker, dispose } = await contract.open();
  await fenceDeafOwner(broker);
  await dispose();
});
