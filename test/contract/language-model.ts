import { after, before, describe } from 'node:test';
import { adapterContract } from './language-model/adapter-contract.ts';
import { cancellationContract } from './language-model/cancellation-contract.ts';
import { distributionContract } from './language-model/distribution-contract.ts';
import { generateContract } from './language-model/generate-contract.ts';
import { ledgerContract } from './language-model/ledger-contract.ts';
import { scopeContract } from './language-model/scope-contract.ts';
import { ModelFixture, type LanguageModelHarness } from './language-model/model-fixture.ts';

/** Runs the contract of the `LanguageModel` port; the same for every implementation. */
export function languageModelContract(name: string, harness: LanguageModelHarness): void {
  describe(`LanguageModel: ${name}`, { skip: harness.skip ?? false }, () => {
    const fixture = new ModelFixture(harness);
    before(() => fixture.start());
    after(() => fixture.model.close());

    generateContract(fixture);
    distributionContract(fixture);
    ledgerContract(fixture);
    adapterContract(fixture);
    scopeContract(fixture);
    cancellationContract(fixture);
  });
}
