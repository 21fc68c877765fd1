// FAILED and CLOSED, as errors.
//
// The bridge's words are for people and pass through; the class of the error says what a caller can
// do, and is chosen by stage, rule and reason.
//
// Source: docs/protocols/bridge.md, "FAILED" and "CLOSE, CLOSED".

import {
  BridgeError,
  ConnectError,
  ConnectionLostError,
  type LabwireError,
  LimitError,
  PolicyError,
  UnsupportedError,
} from '../values/index.js';
import type { Fields } from './fields.js';

/** Why a stream was not opened. `endpoint`: as it was asked for. */
export function openFailure(fields: Fields, endpoint: string): LabwireError {
  const stage = fields.text('stage');
  const rule = fields.textOr('rule', '');
  const message = fields.text('message');
  const options = hintOf(fields);
  if (rule === 'limit') {
    return limitError(fields, message, options);
  }
  if (stage === 'policy') {
    return new PolicyError(message, { rule, endpoint }, options);
  }
  if (rule === 'kind') {
    return new UnsupportedError(message, { feature: fields.textOr('feature', stage) }, options);
  }
  if (stage === 'resolve' || stage === 'connect' || stage === 'open') {
    return new ConnectError(message, { endpoint }, options);
  }
  return new BridgeError(message, { stage }, options);
}

/** Why a stream could not be claimed back: for its reader, the connection is lost. */
export function attachFailure(fields: Fields, endpoint: string, restarted: boolean) {
  const why = restarted ? 'the bridge kernel was restarted' : fields.text('message');
  return new ConnectionLostError(
    `the connection to ${endpoint} is gone: ${why}`,
    { endpoint, sent: 'unknown' },
    hintOf(fields),
  );
}

/** A problem of the link or of an answer: FAILED on stream 0. */
export function linkFailure(fields: Fields): LabwireError {
  const message = fields.text('message');
  const options = hintOf(fields);
  return fields.textOr('rule', '') === 'limit'
    ? limitError(fields, message, options)
    : new BridgeError(message, { stage: fields.text('stage') }, options);
}

/**
 * A stream that was open has ended for another reason than `done` or `client`.
 * `total`: bytes that were queued for the instrument in its whole life.
 */
export function closedFailure(
  reason: string,
  fields: Fields,
  endpoint: string,
  total: number,
): ConnectionLostError {
  const message = fields.text('message');
  const options = hintOf(fields);
  const written = fields.count('sent');
  const sent = written === total ? 'yes' : written === 0 ? 'no' : 'unknown';
  if (reason === 'budget') {
    const cause = new PolicyError(message, { rule: 'budget', endpoint }, options);
    return new ConnectionLostError(message, { endpoint, sent }, { ...options, cause });
  }
  const cause = new BridgeError(message, { stage: reason }, options);
  const facts = { endpoint, sent } as const;
  return reason === 'lost'
    ? new ConnectionLostError(message, facts, options)
    : new ConnectionLostError(`${endpoint}: ${message}`, facts, { ...options, cause });
}

function limitError(fields: Fields, message: string, options: { hint?: string }): LimitError {
  return new LimitError(
    message,
    {
      limit: fields.textOr('limit', 'streams'),
      value: fields.countOr('value', 0),
      maximum: fields.countOr('maximum', 0),
      unit: fields.textOr('unit', ''),
    },
    options,
  );
}

function hintOf(fields: Fields): { hint?: string } {
  const hint = fields.textOr('hint', '');
  return hint === '' ? {} : { hint };
}
