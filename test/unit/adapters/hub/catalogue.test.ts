import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  CATALOGUE,
  DEFAULT_MODEL,
  findInCatalogue,
  pinnedSha256,
} from '../../../../src/adapters/hub/catalogue.ts';
import { hubUrl } from '../../../../src/adapters/hub/hub-source.ts';

describe('CATALOGUE', () => {
  it('holds entries that fit together', () => {
    const names = CATALOGUE.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const entry of CATALOGUE) {
      assert.match(entry.name, /^[a-z0-9][a-z0-9.-]*$/);
      assert.deepEqual(
        entry.sources.map(({ kind }) => kind),
        ['hub', 'pypi', 'path'],
      );
      for (const hash of pinnedSha256(entry)) assert.match(hash, /^[0-9a-f]{64}$/);
      for (const source of entry.sources) {
        if (source.kind !== 'pypi') continue;
        // The wheels' members are the file: their sizes must add up to it.
        const members = source.wheels.reduce((sum, wheel) => sum + wheel.memberBytes, 0);
        assert.equal(members, entry.sizeBytes, entry.name);
        const files = source.wheels.map((wheel) => wheel.member);
        assert.equal(new Set(files).size, files.length);
      }
    }
  });

  it('finds the default by name, in any case', () => {
    assert.equal(findInCatalogue(DEFAULT_MODEL)?.buildable, true);
    assert.equal(findInCatalogue('SmolLM2-135M-Instruct')?.architecture, 'llama');
    assert.equal(findInCatalogue('nothing'), undefined);
  });
});

describe('hubUrl', () => {
  it('names repository, revision and file, each part encoded', () => {
    const entry = { kind: 'hub', repository: 'a/b', revision: 'v 1', file: 'x/y?.gguf' } as const;
    assert.equal(
      hubUrl(entry, 'https://hub.example').href,
      'https://hub.example/a/b/resolve/v%201/x/y%3F.gguf',
    );
  });
});
