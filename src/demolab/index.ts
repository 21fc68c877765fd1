// Simulated instruments, made of servers: the same in the worker, in Node and in tests.
export { DemoLab, type DemoLabOptions, type Listen } from './lab.js';
export { DEMO_SERVICES, type DemoService } from './services.js';
