// What a bench started ends with it, also when Ctrl-C or a time limit ends the bench itself.

const guarded = new Set();

/** Call `end` (synchronous) when this process ends. @returns a function that lifts the guard. */
export function guard(end) {
  if (guarded.size === 0) {
    process.on('exit', endAll);
    process.on('SIGINT', quit);
    process.on('SIGTERM', quit);
  }
  guarded.add(end);
  return () => {
    guarded.delete(end);
    if (guarded.size === 0) {
      process.off('exit', endAll);
      process.off('SIGINT', quit);
      process.off('SIGTERM', quit);
    }
  };
}

function endAll() {
  for (const end of guarded) {
    end();
  }
}

function quit() {
  process.exit(1);
}
