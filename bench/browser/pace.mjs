// A feed's pace.

/**
 * `step(i)` each `ms`. A thread that was busy makes up for at most `late` steps at once and leaves out
 * the rest, as an instrument would: a feed that piled up what it missed would never recover.
 */
export function every(ms, late, step) {
  const start = performance.now();
  let done = 0;
  return setInterval(
    () => {
      const due = Math.floor((performance.now() - start) / ms) + 1;
      done = Math.max(done, due - late);
      while (done < due) {
        step(done);
        done += 1;
      }
    },
    Math.max(1, Math.min(ms / 2, 5)),
  );
}
