// What a method throws, as Python's clients want to see it: class, message, traceback.
//
// A Python exception is raised by name. What JavaScript throws is nothing that Python knows: it goes
// as GenericRemoteException, its name before its message, as SiPyCo sends classes of its own. Of the
// stack go function names, lines and the last part of each file's path; where the program lies on
// this machine is nobody's business.
//
// Source: vectors/sipyco/sessions/pc_rpc_exceptions_*.jsonl.

import type { PackedException } from '../protocols/sipyco/index.js';
import { isLabwireError, PythonError } from '../values/index.js';

/**
 * A Python exception, to be thrown by a remote method: `new PyError('ValueError', 'frequency out of
 * range')`. A name that is no builtin exception of Python, such as `lab.LaserFault`, reaches clients
 * as a GenericRemoteException that begins with it.
 */
export class PyError extends Error {
  override readonly name = 'PyError';
  readonly pythonClass: string;

  /** @param message - Python's `str` of the exception; that of a KeyError is the `repr` of the key. */
  constructor(pythonClass: string, message = '') {
    super(message);
    this.pythonClass = pythonClass;
  }
}

const GENERIC = 'GenericRemoteException';

/**
 * `error` as it travels, whatever was thrown. Never throws.
 * @param methodName - what the outermost entry of the traceback calls the function, where known.
 */
export function packException(error: unknown, methodName?: string): PackedException {
  const traceback = tracebackOf(error, methodName);
  if (error instanceof PyError || error instanceof PythonError) {
    const { pythonClass } = error;
    if (pythonClass === 'StopIteration') {
      return { class: 'RuntimeError', message: 'coroutine raised StopIteration', traceback };
    }
    return BUILTINS.has(pythonClass)
      ? { class: pythonClass, message: textOf(error), traceback }
      : { class: GENERIC, message: named(pythonClass, textOf(error)), traceback };
  }
  if (isLabwireError(error, 'RemoteError')) {
    // Another server said it: it passes through as it came.
    const { remoteClass, remoteMessage, remoteTraceback } = error;
    return BUILTINS.has(remoteClass) || remoteClass === GENERIC
      ? { class: remoteClass, message: remoteMessage, traceback: remoteTraceback }
      : { class: GENERIC, message: named(remoteClass, remoteMessage), traceback: remoteTraceback };
  }
  const text = textOf(error);
  // A dict of ours refuses a key with the class and in the words of Python.
  return error instanceof TypeError && text.startsWith("unhashable type: '")
    ? { class: 'TypeError', message: text, traceback }
    : { class: GENERIC, message: named(nameOf(error), text), traceback };
}

/** As Python's traceback writes it: no colon where there is no text. */
function named(name: string, text: string): string {
  return text === '' ? name : `${name}: ${text}`;
}

// Anything can be thrown, and its members can throw again.
function guarded(read: () => unknown, otherwise: string): string {
  try {
    const text = read();
    return typeof text === 'string' ? text : String(text);
  } catch {
    return otherwise;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? guarded(() => error.name, 'Error') : `JavaScript ${typeof error}`;
}

function textOf(error: unknown): string {
  const failed = '<exception str() failed>'; // Python's words for it
  return guarded(() => (error instanceof Error ? error.message : error), failed);
}

/** Of a deep recursion only the innermost frames are told. V8 itself keeps ten. */
const FRAMES = 20;

/** Entries as Python's `traceback.format_tb` writes them, outermost first: what the method did, without what called it. */
function tracebackOf(error: unknown, methodName = '<anonymous>'): string[] {
  if (!(error instanceof Error)) {
    return [];
  }
  const stack = guarded(() => error.stack ?? '', '');
  const entries: string[] = [];
  for (const line of afterMessage(stack, error).split('\n')) {
    const { chrome, firefox, file, row } = FRAME.exec(line)?.groups ?? {};
    const where = (chrome ?? firefox ?? '').trim() || '<anonymous>';
    if (/\bcallMethod$/.test(where)) {
      const outermost = entries.pop();
      if (outermost !== undefined) {
        entries.push(outermost.replace(/, in .*\n$/, () => `, in ${methodName}\n`));
      }
      return entries.reverse();
    }
    // `node:internal/…` and other places without a file are the platform's own.
    if (file !== undefined && entries.length < FRAMES && !/\bnode:/.test(line)) {
      entries.push(`  File "${file}", line ${row}, in ${where}\n`);
    }
  }
  // What this server itself refuses, it says in Python's words, and needs no frames for it.
  return error instanceof PythonError ? [] : entries.reverse();
}

/**
 * V8 writes `    at f (/path/file.js:1:2)` or `    at /path/file.js:1:2`, Firefox and Safari
 * `f@/path/file.js:1:2`. Of the place only what follows the last slash is taken.
 */
const FRAME =
  /^(?:\s+at (?:async )?(?:(?<chrome>[^/\\()]+) \()?|(?<firefox>[^/\\()@]*)@)(?:.*[/\\])?(?<file>[^/\\()\s"]+):(?<row>\d+):\d+\)?$/;

/** V8 begins a stack with the message, whose lines may look like frames. */
function afterMessage(stack: string, error: Error): string {
  const message = textOf(error);
  const at = message === '' ? -1 : stack.indexOf(message);
  return at < 0 ? stack : stack.slice(at + message.length);
}

/** The exceptions of Python's `builtins`, 3.8 to 3.13. */
const BUILTINS: ReadonlySet<string> = new Set(
  `ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError
  BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError
  ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError EncodingWarning
  EnvironmentError Exception ExceptionGroup FileExistsError FileNotFoundError FloatingPointError
  FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError IndexError
  InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
  ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
  PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError
  ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration
  SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError
  UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning
  ValueError Warning ZeroDivisionError`.split(/\s+/),
);
