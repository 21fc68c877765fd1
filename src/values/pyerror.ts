// What Python would have raised.

/** The exceptions that Python's and numpy's indexing and arithmetic raise. */
export type PythonErrorClass =
  | 'AttributeError'
  | 'IndexError'
  | 'KeyError'
  | 'NameError'
  | 'OverflowError'
  | 'RuntimeError'
  | 'TypeError'
  | 'UnicodeDecodeError'
  | 'UnicodeEncodeError'
  | 'ValueError'
  | 'ZeroDivisionError';

/** Characters of a message: it may quote a key or a text that a peer made long. */
const SHOWN = 300;

/**
 * An operation on a Python value that Python refuses: a key that is not there, an index outside, a
 * value that the array cannot hold. `pythonClass` is the exception Python raises, the message says
 * what it says. The value is in the state that Python would leave it in.
 */
export class PythonError extends RangeError {
  override readonly name = 'PythonError';
  readonly pythonClass: PythonErrorClass;

  constructor(pythonClass: PythonErrorClass, message: string) {
    super(message.length > SHOWN ? `${message.slice(0, SHOWN)}…` : message);
    this.pythonClass = pythonClass;
  }
}
