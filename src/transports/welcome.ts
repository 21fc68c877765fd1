// What the bridge says about itself when a link begins.
//
// Source: docs/protocols/bridge.md, "WELCOME".

import { Fields } from './fields.js';
import { Kind, RecordLimits } from './records.js';

/** The policy in force, for people: the bridge decides, not we. */
export type BridgePolicy = {
  /** What happens to an address that no list names. */
  readonly default: string;
  readonly allow: readonly string[];
  /** May an answer be `always`? */
  readonly always: boolean;
  /** Has the administrator locked the list? Then nobody is asked. */
  readonly locked: boolean;
  readonly readOnly: readonly string[];
};

export type Welcome = {
  readonly link: string;
  readonly nonce: string;
  readonly bridge: string;
  /** Where sockets open: behind a gateway, the gateway's host. */
  readonly host: string;
  readonly pid: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly microAckMs: number;
  readonly recordBytes: number;
  readonly windowBytes: number;
  readonly kinds: readonly string[];
  readonly policy: BridgePolicy;
};

/** @throws {MalformedMessage} */
export function readWelcome(payload: Uint8Array): Welcome {
  const fields = Fields.read(Kind.WELCOME, payload);
  const limits = fields.object('limits');
  const policy = fields.object('policy');
  return {
    link: fields.text('link'),
    nonce: fields.text('nonce'),
    bridge: fields.text('bridge'),
    host: fields.text('host'),
    pid: fields.count('pid'),
    leaseMs: fields.span('lease_s') * 1000,
    heartbeatMs: fields.span('heartbeat_s') * 1000,
    microAckMs: fields.span('micro_ack_ms'),
    recordBytes: Math.min(limits.count('record_bytes'), RecordLimits.recordBytes),
    windowBytes: limits.count('window_bytes'),
    kinds: fields.texts('kinds'),
    policy: {
      default: policy.text('default'),
      allow: policy.texts('allow'),
      always: policy.flagOr('always', false),
      locked: policy.flagOr('locked', false),
      readOnly: policy.texts('read_only'),
    },
  };
}
