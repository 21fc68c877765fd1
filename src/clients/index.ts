// A machine, a transport and a clock make promises and subscriptions.
export { Backoff } from './backoff.js';
export { type Difference, difference } from './difference.js';
export type { ClientOptions, ConnectOptions } from './link.js';
export { type NotifyCb, Subscriber, type SubscriberOptions } from './syncstruct.js';
