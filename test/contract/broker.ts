import { describe } from 'node:test';
import { appendContract } from './broker/append-contract.ts';
import { brokerScene, type BrokerContract } from './broker/broker-scene.ts';
import { groupContract } from './broker/group-contract.ts';
import { lifecycleContract } from './broker/lifecycle-contract.ts';
import { rebalanceContract } from './broker/rebalance-contract.ts';

/**
 * What every broker owes its callers, and no more: offsets have gaps, a rebalance revokes everything, only
 * committed records are read, leases come some time after joining.
 */
export function brokerContract(contract: BrokerContract): void {
  describe(`broker contract: ${contract.name}`, () => {
    const scene = brokerScene(contract);
    appendContract(scene);
    groupContract(scene);
    rebalanceContract(scene);
    lifecycleContract(scene);
  });
}
