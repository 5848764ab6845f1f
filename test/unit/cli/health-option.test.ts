import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseHealthAddress } from '../../../src/cli/health-option.ts';
import { textTable } from '../../../src/cli/text-table.ts';

describe('parseHealthAddress', () => {
  it('reads a port, or a host and a port', () => {
    assert.deepEqual(parseHealthAddress('8080'), { port: 8080 });
    assert.deepEqual(parseHealthAddress('0.0.0.0:1'), { host: '0.0.0.0', port: 1 });
    assert.deepEqual(parseHealthAddress('[::1]:9'), { host: '::1', port: 9 });
    for (const text of ['', 'host', ':1', '65536', '1:2:3', 'a:b'])
      assert.throws(() => parseHealthAddress(text), /port from 0 to 65535/, text);
  });
});

describe('textTable', () => {
  it('makes columns of equal width', () => {
    assert.equal(
      textTable(
        ['a', 'bb'],
        [
          ['ccc', 'd'],
          ['e', ''],
        ],
      ),
      'a    bb\nccc  d\ne',
    );
  });
});
