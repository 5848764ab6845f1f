import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPass, writePass } from '../../../../src/adapters/passes/pass-text.ts';

test('a result is read as it was written', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.constantFrom('number:1', 'float32:AAAA', 'text:', 'text:number:2'),
  );
  const numbers = fc.oneof(fc.double(), fc.constantFrom(NaN, -Infinity));
  const floats = fc.float32Array({ maxLength: 5 });
  fc.assert(
    fc.property(
      fc.record({ text: texts, numbers: fc.array(numbers), hidden: floats }),
      (result) => {
        const read = readPass(writePass(result)) as typeof result;
        assert.equal(read.text, result.text);
        // JSON has no negative zero.
        assert.deepEqual(
          read.numbers,
          result.numbers.map((x) => x + 0),
        );
        assert.deepEqual([...read.hidden], [...result.hidden]);
      },
    ),
  );
  assert.ok(!writePass({ text: 'a\tb\n' }).includes('\t'));
});
