// The other end of the clients: what instruments and tests serve.
export {
  PUBLISHER_LIMITS,
  Publisher,
  type PublisherLimits,
  type PublisherOptions,
} from './syncstruct.js';
