// The Jupyter server's REST API, as far as the bridge kernel needs it.

import { URLExt } from '@jupyterlab/coreutils';
import {
  KernelSpecAPI,
  type ServerConnection,
  type Session,
  SessionAPI,
} from '@jupyterlab/services';
import type { BRIDGE_SESSION, IBridgeServer, SessionState } from '../models/index.js';

export class BridgeServer implements IBridgeServer {
  constructor(settings: ServerConnection.ISettings) {
    this._settings = settings;
  }

  get token(): string {
    return this._settings.appendToken ? this._settings.token : '';
  }

  async kernelNames(): Promise<readonly string[]> {
    const { kernelspecs } = await KernelSpecAPI.getSpecs(this._settings);
    return Object.keys(kernelspecs ?? {});
  }

  async find(path: string): Promise<SessionState | null> {
    const running = await SessionAPI.listRunning(this._settings);
    const found = running.find(session => session.path === path);
    return found === undefined ? null : stateOf(found);
  }

  async start(session: typeof BRIDGE_SESSION): Promise<SessionState> {
    const { path, name, type, kernelName } = session;
    const request = { path, name, type, kernel: { name: kernelName } };
    return stateOf(await SessionAPI.startSession(request, this._settings));
  }

  async shutdown(sessionId: string): Promise<void> {
    await SessionAPI.shutdownSession(sessionId, this._settings);
  }

  channelUrl(kernelId: string): string {
    const id = encodeURIComponent(kernelId);
    return URLExt.join(this._settings.wsUrl, 'api/kernels', id, 'channels');
  }

  private readonly _settings: ServerConnection.ISettings;
}

function stateOf(session: Session.IModel): SessionState {
  return {
    sessionId: session.id,
    kernelId: session.kernel?.id ?? '',
    kernelName: session.kernel?.name ?? '',
    executionState: session.kernel?.execution_state ?? '',
  };
}
