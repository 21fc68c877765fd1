// The Web Worker: the hub, with what only a worker has. The one file that names a worker's globals.

import { expose, transfer } from 'comlink';
import { platformBase64, useBase64 } from '../protocols/pyon/index.js';
import { PlatformClock } from '../transports/index.js';
import type { IHub } from './api.js';
import { PageBridge } from './bridge.js';
import { Hub } from './hub.js';
import { type DemoMaker, LazyDemo } from './lazydemo.js';
import { VERSION } from './version.js';

useBase64(platformBase64(globalThis));

const clock = new PlatformClock();

// A message to oneself comes after the promises of now, and sooner than any timer.
const deferred: (() => void)[] = [];
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => {
  for (const callback of deferred.splice(0)) {
    callback();
  }
};

/** What the demo lab's script leaves behind. */
const scope = self as unknown as { labwireDemo: DemoMaker; importScripts(url: string): void };
let demoUrl = '';

const hub = new Hub({
  version: VERSION,
  clock,
  demo: new LazyDemo(clock, () => {
    scope.importScripts(demoUrl);
    return scope.labwireDemo;
  }),
  makeBridge: (page, listener) =>
    new PageBridge({
      page,
      listener,
      clock,
      WebSocket: self.WebSocket,
      client: `labwire ${VERSION}`,
      newSessionId,
    }),
  makeBitmap:
    typeof createImageBitmap === 'function'
      ? (pixels, width, height) => createImageBitmap(new ImageData(pixels, width, height))
      : null,
  handOver: (value, transferables) => transfer(value, [...transferables]),
  defer: callback => {
    deferred.push(callback);
    port2.postMessage(null);
  },
  report: (error, where) => console.error(`Labwire: ${where}`, error),
});

// Method by method: what is not in the contract cannot be called.
const exposed: IHub = {
  start: (page, files) => {
    demoUrl = files?.demoUrl ?? '';
    return hub.start(page);
  },
  openView: (spec, viewport) => hub.openView(spec, viewport),
  closeView: viewId => hub.closeView(viewId),
  setViewport: (viewId, viewport) => hub.setViewport(viewId, viewport),
  setVisible: (viewId, visible) => hub.setVisible(viewId, visible),
  setPaused: (viewId, paused) => hub.setPaused(viewId, paused),
  pull: () => hub.pull(),
  ask: (viewId, query) => hub.ask(viewId, query),
  retry: viewId => hub.retry(viewId),
  answerPolicy: (questionId, answer) => hub.answerPolicy(questionId, answer),
  endpoints: () => hub.endpoints(),
  probe: text => hub.probe(text),
  cancelProbes: () => hub.cancelProbes(),
  hold: address => hub.hold(address),
  release: address => hub.release(address),
  retryEndpoint: address => hub.retryEndpoint(address),
  describeServer: address => hub.describeServer(address),
  describeTarget: address => hub.describeTarget(address),
  checkLiteral: text => hub.checkLiteral(text),
  call: request => hub.call(request),
  callValue: call => hub.callValue(call),
  cancelCall: callId => hub.cancelCall(callId),
  openResult: (callId, view, viewport) => hub.openResult(callId, view, viewport),
  resultText: callId => hub.resultText(callId),
  resultItems: (callId, path, from, count) => hub.resultItems(callId, path, from, count),
  resultCells: (callId, window) => hub.resultCells(callId, window),
  resultPart: (callId, from) => hub.resultPart(callId, from),
  dropResult: callId => hub.dropResult(callId),
  callAsCode: (request, language) => hub.callAsCode(request, language),
  setGuards: guards => hub.setGuards(guards),
  describeDatabase: address => hub.describeDatabase(address),
  armEditor: (datasets, database) => hub.armEditor(datasets, database),
  disarmEditor: editorId => hub.disarmEditor(editorId),
  watchEditor: (editorId, revision) => hub.watchEditor(editorId, revision),
  openDataset: (editorId, address) => hub.openDataset(editorId, address),
  checkEdit: (editorId, edit) => hub.checkEdit(editorId, edit),
  applyEdit: (editorId, edit, agreed) => hub.applyEdit(editorId, edit, agreed),
  bye: () => hub.bye(),
};

expose(exposed);

// crypto.randomUUID exists only where the page is served securely; many Jupyter servers are not.
function newSessionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
