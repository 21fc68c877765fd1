// What can be called, played by hand: each answer says what was asked.
import type {
  CallOutcome,
  CallRequest,
  CellWindow,
  Guard,
  IRemoteHub,
  LiteralCheck,
  ProbeAnswer,
  ServerDescription,
  TargetDescription,
  ValueCall,
  ViewKind,
} from '../../hub/api.js';
import type { PlainValue, PyClone } from '../../values/index.js';

export class ScriptedRemoteHub implements IRemoteHub {
  /** What was asked, one line each. */
  readonly remoteCalls: string[] = [];
  /** Thrown by whatever is asked next and later. */
  remoteRefusal: unknown = null;
  returned: PyClone = 17n;
  outcome: CallOutcome = { type: 'cancelled', elapsedMs: 1 };

  async probe(text: string): Promise<readonly ProbeAnswer[]> {
    this._note(`probe ${text}`);
    return [{ address: text, scheme: 'sipyco+rpc', description: '', names: [] }];
  }

  async cancelProbes() {
    this._note('cancelProbes');
  }

  async hold(address: string) {
    this._note(`hold ${address}`);
  }

  async release(address: string) {
    this._note(`release ${address}`);
  }

  async retryEndpoint(address: string) {
    this._note(`retryEndpoint ${address}`);
  }

  async describeServer(address: string): Promise<ServerDescription> {
    this._note(`describeServer ${address}`);
    return { address, description: null, targets: [] };
  }

  async describeTarget(address: string): Promise<TargetDescription> {
    this._note(`describeTarget ${address}`);
    return { address, name: '', docstring: null, methods: [], fault: null };
  }

  async checkLiteral(text: string): Promise<LiteralCheck> {
    this._note(`checkLiteral ${text}`);
    return { type: 'value', pyType: 'int' };
  }

  async call(request: CallRequest): Promise<CallOutcome> {
    this._note(`call ${request.callId} ${request.method}(${request.args.join(', ')})`);
    return this.outcome;
  }

  async callValue(call: ValueCall): Promise<PyClone | PlainValue> {
    this._note(`callValue ${call.callId} ${call.method}`);
    return this.returned;
  }

  async cancelCall(callId: number) {
    this._note(`cancelCall ${callId}`);
  }

  async openResult(callId: number, view: 'auto' | ViewKind): Promise<number> {
    this._note(`openResult ${callId} ${view}`);
    return 1;
  }

  async resultText(callId: number): Promise<string> {
    this._note(`resultText ${callId}`);
    return '17';
  }

  async resultItems(callId: number, path: readonly number[], from: number) {
    this._note(`resultItems ${callId} [${path.join(', ')}] ${from}`);
    return { items: [], itemCount: 0 };
  }

  async resultCells(callId: number, { firstRow, firstColumn }: CellWindow) {
    this._note(`resultCells ${callId} from ${firstRow}, ${firstColumn}`);
    return [];
  }

  async resultPart(callId: number, from: number) {
    this._note(`resultPart ${callId} ${from}`);
    return { bytes: new Uint8Array(), fileName: 'f.txt', next: null };
  }

  async dropResult(callId: number) {
    this._note(`dropResult ${callId}`);
  }

  async callAsCode(request: CallRequest, language: 'python' | 'typescript'): Promise<string> {
    this._note(`callAsCode ${request.method} ${language}`);
    return '';
  }

  async setGuards(guards: readonly Guard[]) {
    this._note(`setGuards ${guards.map(({ endpoint }) => endpoint).join(' ')}`);
  }

  private _note(line: string): void {
    this.remoteCalls.push(line);
    if (this.remoteRefusal !== null) {
      throw this.remoteRefusal;
    }
  }
}
