// Simulated instruments, made of servers: the same in the worker, in Node and in tests.
export {
  DEMO_SERVICES,
  DemoLab,
  type DemoLabOptions,
  type DemoService,
  type Listen,
} from './lab.js';
