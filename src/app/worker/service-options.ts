import type { OnStoreProgress } from '../../adapters/hub/store-progress.ts';
import type { ResetTo } from './check-offset.ts';
import type { HealthAddress } from './serve-health.ts';
import type { BrokerChoice } from './worker-topology.ts';

/** What every long-lived process on topics is asked for. */
export interface ServiceOptions extends BrokerChoice {
  readonly cacheFolder?: string | undefined;
  readonly health?: HealthAddress | undefined;
  /** A partition where nothing has moved for so long is stuck; absent: as the topology says, or else the process. */
  readonly stallMs?: number | undefined;
  readonly resetTo?: ResetTo | undefined;
  /** Stop once everything that is there has been worked off. */
  readonly untilEnd?: boolean | undefined;
  /** Begin nothing new. */
  readonly drain: AbortSignal;
  /** Give up what is under way: it will be done again. */
  readonly abort: AbortSignal;
  readonly onStoreProgress?: OnStoreProgress | undefined;
  readonly onHealth?: ((url: string) => void) | undefined;
  /** Told where the topics are, once work begins. */
  readonly onStarted?: ((place: string) => void) | undefined;
  /** What will be tried again, as a sentence. */
  readonly onTrouble?: ((sentence: string) => void) | undefined;
}
