import { createMemoryBroker } from '../../src/adapters/memory/memory-broker.ts';
import { manualClock } from '../support/manual-clock.ts';
import { brokerContract } from './broker.ts';

brokerContract({
  name: 'in memory',
  open: async () => {
    const clock = manualClock();
    const broker = createMemoryBroker({ clock });
    return { broker, moveClock: clock.move, dispose: () => broker.close() };
  },
});
