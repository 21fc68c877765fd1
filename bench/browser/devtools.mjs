// What the browser's own tools tell of a page, over the pipe of `--remote-debugging-pipe`.
//
// Only attached while something is asked: a page that is measured has nobody on its wires. Marks are
// noted by the browser itself, and read when all is over.

const MARKS = 'blink.user_timing'; // category of the trace

/** One browser's end of the pipe. */
export class DevTools {
  /**
   * @param {import('node:stream').Writable} commands - file descriptor 3 of the browser.
   * @param {import('node:stream').Readable} answers - file descriptor 4.
   */
  constructor(commands, answers) {
    this._commands = commands;
    this._calls = new Map();
    this._lastId = 0;
    this._workers = []; // sessions
    this._noted = []; // events of the trace
    this._ended = null; // called when all of the trace came
    let text = '';
    answers.setEncoding('utf8').on('data', chunk => {
      const messages = (text + chunk).split('\0');
      text = messages.pop();
      for (const message of messages) {
        this._take(JSON.parse(message));
      }
    });
  }

  /** @returns {Promise<{page: number, worker: number}>} bytes in use after the garbage went; of all workers. */
  async heaps() {
    const { targetInfos } = await this._call('Target.getTargets');
    const { targetId } = targetInfos.find(({ type }) => type === 'page');
    const { sessionId } = await this._call('Target.attachToTarget', { targetId, flatten: true });
    this._workers = [];
    const options = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
    await this._call('Target.setAutoAttach', options, sessionId);
    const page = await this._heapOf(sessionId);
    let worker = 0;
    for (const session of this._workers) {
      worker += await this._heapOf(session);
    }
    await this._call('Target.detachFromTarget', { sessionId });
    return { page, worker };
  }

  /** Note the marks that pages make (`performance.mark`), until `marks` is asked. */
  async noteMarks() {
    this._noted = [];
    const traceConfig = { includedCategories: [MARKS], excludedCategories: ['*'] };
    await this._call('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
  }

  /** @returns {Promise<{name: string, cpuMs: number}[]>} in their order; `cpuMs`: of the UI thread's own clock. */
  async marks() {
    const ended = new Promise(resolve => {
      this._ended = resolve;
    });
    await this._call('Tracing.end');
    await ended;
    return this._noted
      .filter(({ cat }) => cat === MARKS)
      .sort((a, b) => a.ts - b.ts)
      .map(({ name, tts }) => ({ name, cpuMs: tts / 1000 }));
  }

  async _heapOf(session) {
    await this._call('HeapProfiler.collectGarbage', {}, session);
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = await this._call(
      'Runtime.getHeapUsage',
      {},
      session,
    );
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  }

  _call(method, params = {}, sessionId = undefined) {
    this._lastId += 1;
    const id = this._lastId;
    this._commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      this._calls.set(id, { resolve, reject });
    });
  }

  _take({ id, result, error, method, params }) {
    const call = this._calls.get(id);
    this._calls.delete(id);
    if (error !== undefined) {
      call?.reject(new Error(error.message));
    } else {
      call?.resolve(result);
    }
    if (method === 'Target.attachedToTarget' && params.targetInfo.type === 'worker') {
      this._workers.push(params.sessionId);
    } else if (method === 'Tracing.dataCollected') {
      this._noted.push(...params.value);
    } else if (method === 'Tracing.tracingComplete') {
      this._ended?.();
    }
  }
}
