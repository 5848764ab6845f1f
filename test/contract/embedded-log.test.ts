import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedLog } from '../../src/adapters/embedded-log/open-embedded-log.ts';
import { manualClock } from '../support/manual-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { brokerContract } from './broker.ts';

const root = temporaryFolder();

brokerContract({
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
});
