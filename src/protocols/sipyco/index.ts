// What SiPyCo says in lines of PYON.
export { bannerLine, handshake, LIMITS, type SipycoProtocol } from './banner.js';
export { type Mod, type ModAction, ModError, pathText, processMod } from './mods.js';
