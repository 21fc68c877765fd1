// What can be called, asked across a real message channel: answers whole, Faults as errors.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CallOutcome, CallRequest, IRemoteHub, ValueCall } from '../../hub/api.js';
import { ClosedError, isLabwireError, toFault } from '../../values/index.js';
import { ScriptedHub } from './scripted.js';
import { openScripted } from './scriptedsession.js';

const ADDRESS = 'sipyco+rpc://lab:3251/schedule';
const REQUEST: CallRequest = {
  callId: 3,
  address: ADDRESS,
  method: 'submit',
  args: ["'main'"],
  kwargs: [['priority', '1']],
};
const VALUE_CALL: ValueCall = { ...REQUEST, callId: 4, args: ['main'], kwargs: [], plain: true };
const CELLS = { firstRow: 7, rowCount: 2, firstColumn: 0, columnCount: 3 };
const GUARD = { endpoint: 'lab:3251', readOnly: true };

/** Each method once, with the line that the other end notes. */
const ASKED: { readonly [M in keyof IRemoteHub]: [(hub: IRemoteHub) => unknown, string] } = {
  probe: [hub => hub.probe('lab:3251'), 'probe lab:3251'],
  cancelProbes: [hub => hub.cancelProbes(), 'cancelProbes'],
  hold: [hub => hub.hold(ADDRESS), `hold ${ADDRESS}`],
  release: [hub => hub.release(ADDRESS), `release ${ADDRESS}`],
  retryEndpoint: [hub => hub.retryEndpoint(ADDRESS), `retryEndpoint ${ADDRESS}`],
  describeServer: [hub => hub.describeServer(ADDRESS), `describeServer ${ADDRESS}`],
  describeTarget: [hub => hub.describeTarget(ADDRESS), `describeTarget ${ADDRESS}`],
  checkLiteral: [hub => hub.checkLiteral('1'), 'checkLiteral 1'],
  call: [hub => hub.call(REQUEST), "call 3 submit('main')"],
  callValue: [hub => hub.callValue(VALUE_CALL), 'callValue 4 submit'],
  cancelCall: [hub => hub.cancelCall(3), 'cancelCall 3'],
  openResult: [hub => hub.openResult(3, 'auto', {} as never), 'openResult 3 auto'],
  resultText: [hub => hub.resultText(3), 'resultText 3'],
  resultItems: [hub => hub.resultItems(3, [1, 0], 200, 10), 'resultItems 3 [1, 0] 200'],
  resultCells: [hub => hub.resultCells(3, CELLS), 'resultCells 3 from 7, 0'],
  resultPart: [hub => hub.resultPart(3, 7), 'resultPart 3 7'],
  dropResult: [hub => hub.dropResult(3), 'dropResult 3'],
  callAsCode: [hub => hub.callAsCode(REQUEST, 'python'), 'callAsCode submit python'],
  setGuards: [hub => hub.setGuards([GUARD]), 'setGuards lab:3251'],
};

describe('the hub of a page, asked what can be called', () => {
  it('asks the worker, method by method', async t => {
    const hub = new ScriptedHub();
    const asked = await openScripted(hub, t);
    for (const [ask, line] of Object.values(ASKED)) {
      await ask(asked);
      assert.equal(hub.remoteCalls.at(-1), line);
    }
  });

  it('turns Faults into errors, for each of them', async t => {
    const hub = new ScriptedHub();
    hub.remoteRefusal = toFault(new ClosedError('it is gone', { hint: 'Call it again.' }));
    const asked = await openScripted(hub, t);
    for (const [ask, line] of Object.values(ASKED)) {
      const error: unknown = await Promise.resolve(ask(asked)).catch(reason => reason);
      assert.ok(isLabwireError(error, 'ClosedError'), line);
      assert.equal(error.hint, 'Call it again.');
    }
  });

  it('leaves the outcome of a call as it is: a fault in it is plain data', async t => {
    const hub = new ScriptedHub();
    const outcome: CallOutcome = {
      type: 'failed',
      elapsedMs: 2.5,
      fault: { name: 'ConnectionLostError', message: 'gone', facts: { sent: 'yes', bytes: 7n } },
    };
    hub.outcome = outcome;
    assert.deepEqual(await (await openScripted(hub, t)).call(REQUEST), outcome);
  });
});
