// Draws nothing. When the world on the page has moved and was painted, it has its own fragment run.
export default function ({ data, setTriggerValue }) {
  let waiting;
  const follow = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => setTriggerValue("moved", performance.now()), data.delay);
  };
  document.addEventListener("rl-moved", follow);
  return () => document.removeEventListener("rl-moved", follow);
}
