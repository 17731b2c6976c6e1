// A range from 0 to `max`. It only ever tells of what somebody did to it: Streamlit's own slider
// can send an old value after a step, and so undo the step.
export default function ({ data, parentElement, setTriggerValue }) {
  let input = parentElement.querySelector("input");
  if (!input) {
    // not `innerHTML`: the style sheet stands in the same element
    parentElement.insertAdjacentHTML("beforeend", '<label class="rl-scrubber"><span></span><input type="range" min="0"><output></output></label>');
    input = parentElement.querySelector("input");
  }
  const output = parentElement.querySelector("output");
  parentElement.querySelector("span").textContent = data.label;
  input.max = data.max;
  input.value = output.textContent = data.value;
  input.disabled = data.max === 0;
  input.oninput = () => (output.textContent = input.value);
  input.onchange = () => setTriggerValue("moved", Number(input.value));
}
