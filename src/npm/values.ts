/**
 * Python's values, exactly: `int` is a bigint and `float` a number, tuples, dicts with Python's key
 * identity, numpy arrays and scalars; addresses; and the errors that every other door throws.
 *
 * @example
 * ```ts
 * import { dict, int, parseAddress, pyRepr, tuple } from 'labwire/values';
 *
 * const job = dict({ rid: int(17), shape: tuple(int(512), int(512)), temperature: 22.5 });
 * console.log(pyRepr(job)); // {'rid': 17, 'shape': (512, 512), 'temperature': 22.5}
 * console.log(job.get('rid') === 17n); // true
 *
 * const { host, port, path } = parseAddress('sipyco+sync://master.lab/datasets#rabi.p');
 * console.log(host, port, path); // master.lab 3250 datasets
 * ```
 *
 * @module values
 */
export * from '../values/index.js';
