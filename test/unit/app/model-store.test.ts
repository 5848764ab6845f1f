import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';

import { cacheFolderOf, openModelStore } from '../../../src/app/model-store.ts';

describe('cacheFolderOf', () => {
  it('takes the option, then SECL_CACHE_DIR, then XDG_CACHE_HOME, then ~/.cache', () => {
    const environment = { SECL_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b' };
    assert.equal(cacheFolderOf('/option', environment), '/option');
    assert.equal(cacheFolderOf(undefined, environment), '/a');
    assert.equal(cacheFolderOf(undefined, { XDG_CACHE_HOME: '/b' }), '/b/secl-stream');
    assert.equal(
      cacheFolderOf(undefined, { SECL_CACHE_DIR: ' ' }),
      resolve(homedir(), '.cache/secl-stream'),
    );
    assert.equal(cacheFolderOf('relative', {}), resolve('relative'));
  });
});

describe('openModelStore', () => {
  it('reads the environment it is given, and only that', () => {
    const store = openModelStore({
      environment: {
        SECL_OFFLINE: 'yes',
        HF_TOKEN: 'hf_x',
        HF_ENDPOINT: 'https://mirror.example//',
        https_proxy: 'http://proxy.example:8080',
        SECL_PYTHON: '/opt/python',
      },
    });
    assert.equal(store.offline, true);
    assert.deepEqual(store.hub, { endpoint: 'https://mirror.example', token: 'hf_x' });
    assert.deepEqual(store.proxies, { http: '', https: 'http://proxy.example:8080', no: '' });
    assert.deepEqual(store.pip.pythons, ['/opt/python']);
    const bare = openModelStore({ environment: { SECL_OFFLINE: '0' } });
    assert.equal(bare.offline, false);
    assert.deepEqual(bare.hub, { endpoint: 'https://huggingface.co', token: undefined });
    assert.deepEqual(bare.pip.pythons, ['python3', 'python']);
    assert.equal(openModelStore({ environment: {}, offline: true }).offline, true);
  });
});
