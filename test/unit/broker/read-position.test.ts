import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReadPosition } from '../../../src/broker/read-position.ts';

describe('createReadPosition', () => {
  it('finds what was added, and nothing twice', () => {
    const position = createReadPosition();
    assert.equal(position.look({ earliest: 0n, end: 0n }, 0), 'nothing');
    assert.equal(position.look({ earliest: 0n, end: 2n }, 0), 'unread');
    position.took(0n);
    assert.equal(position.next, 1n);
    position.took(1n);
    position.reached(2n);
    assert.equal(position.look({ earliest: 0n, end: 2n }, 0), 'nothing');
    assert.equal(position.look({ earliest: 0n, end: 3n }, 0), 'unread');
  });

  it('does not look again at offsets that hold no record', () => {
    const position = createReadPosition();
    position.took(0n);
    // A transaction's marker stands at offset 1.
    assert.equal(position.look({ earliest: 0n, end: 2n }, 0), 'unread');
    position.reached(2n);
    assert.equal(position.look({ earliest: 0n, end: 2n }, 0), 'nothing');
    assert.equal(position.next, 1n);
  });

  it('goes on behind what is no longer kept', () => {
    const position = createReadPosition(3n);
    assert.equal(position.look({ earliest: 7n, end: 9n }, 0), 'unread');
    assert.equal(position.next, 7n);
    assert.equal(position.look({ earliest: 9n, end: 9n }, 0), 'nothing');
    assert.equal(position.next, 9n);
  });

  it('takes an end before what was read for a leader that begins, then for a topic made again', () => {
    const position = createReadPosition(5n, 40);
    assert.equal(position.look({ earliest: 0n, end: 2n }, 100), 'nothing');
    // The leader knows its end again: the wait begins anew the next time.
    assert.equal(position.look({ earliest: 0n, end: 5n }, 120), 'nothing');
    assert.equal(position.look({ earliest: 0n, end: 2n }, 200), 'nothing');
    assert.equal(position.look({ earliest: 0n, end: 2n }, 239), 'nothing');
    assert.equal(position.look({ earliest: 0n, end: 2n }, 240), 'made-again');
    assert.equal(position.next, 5n);
    position.restart(0n);
    assert.equal(position.look({ earliest: 0n, end: 2n }, 241), 'unread');
    assert.equal(position.next, 0n);
  });

  it('reads a topic made again that ends where the old one had been read to', () => {
    const position = createReadPosition(0n, 0);
    position.took(4n);
    position.reached(9n);
    assert.equal(position.look({ earliest: 0n, end: 1n }, 0), 'made-again');
    position.restart(0n);
    assert.equal(position.look({ earliest: 0n, end: 9n }, 0), 'unread');
  });
});
