// The page of the bench: hands the job to a fresh worker, and watches its own frames meanwhile.

export async function run(job) {
  const worker = new Worker('worker.js');
  let longestGapMs = 0;
  let last = performance.now();
  let watching = true;
  const watch = () => {
    const now = performance.now();
    longestGapMs = Math.max(longestGapMs, now - last);
    last = now;
    if (watching) {
      requestAnimationFrame(watch);
    }
  };
  requestAnimationFrame(watch);
  try {
    const { value, failure } = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = event => reject(new Error(event.message));
      worker.postMessage(job);
    });
    if (failure !== undefined) {
      throw new Error(failure);
    }
    return { ...value, longestGapMs };
  } finally {
    watching = false;
    worker.terminate();
  }
}
