// What Python would have raised.

/** The exceptions that Python's and numpy's indexing raise. */
export type PythonErrorClass =
  | 'AttributeError'
  | 'IndexError'
  | 'KeyError'
  | 'OverflowError'
  | 'RuntimeError'
  | 'TypeError'
  | 'UnicodeDecodeError'
  | 'UnicodeEncodeError'
  | 'ValueError';

/**
 * An operation on a Python value that Python refuses: a key that is not there, an index outside, a
 * value that the array cannot hold. `pythonClass` is the exception Python raises, the message says
 * what it says. The value is in the state that Python would leave it in.
 */
export class PythonError extends RangeError {
  override readonly name = 'PythonError';
  readonly pythonClass: PythonErrorClass;

  constructor(pythonClass: PythonErrorClass, message: string) {
    super(message);
    this.pythonClass = pythonClass;
  }
}
