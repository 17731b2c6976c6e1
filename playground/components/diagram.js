// An MDP as a textbook draws it: states in a row, a pill for each action, arrows to what may follow.
// The first action of every state lies above the row, the second below.
const SVG = "http://www.w3.org/2000/svg";
const [R, MIDDLE, HEIGHT, MARGIN, LIFT] = [32, 142, 284, 104, 66];
const [WIDE, CLOSE, MOST_WIDE] = [236, 164, 4];
let gap = WIDE;
const centre = (s) => MARGIN + gap * s;

export default function ({ data, parentElement, setTriggerValue }) {
  gap = data.states.length > MOST_WIDE ? CLOSE : WIDE;
  const width = 2 * MARGIN + gap * (data.states.length - 1);
  const svg = node("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, class: "rl-diagram", role: "group" });
  svg.setAttribute("aria-label", data.alt);
  svg.style.minWidth = `${0.6 * width}px`; // narrower, and nobody could read it: it scrolls
  parentElement.style.overflowX = "auto";
  // the picked action goes last, so that nothing lies over it
  const actions = [...data.actions].sort((a, b) => a.picked - b.picked);
  for (const action of actions) drawAction(svg, action, data.pick && setTriggerValue);
  data.states.forEach((state, s) => drawState(svg, state, s));

  const before = parentElement.querySelector("svg");
  const focused = before?.contains(document.activeElement) && document.activeElement.id;
  before ? before.replaceWith(svg) : parentElement.append(svg);
  if (focused) svg.querySelector(`#${focused}`)?.focus();
}

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function drawState(svg, state, s) {
  const group = node("g", { "data-state": state.name }, svg);
  const kind = state.terminal ? "state terminal" : "state";
  node("circle", { cx: centre(s), cy: MIDDLE, r: R, class: kind }, group);
  if (state.terminal) node("circle", { cx: centre(s), cy: MIDDLE, r: R, class: "ring" }, group);
  node("text", { x: centre(s), y: MIDDLE + 6, class: "name" }, group).textContent = state.name;
  const note = { x: centre(s) + R + 8, y: MIDDLE + 5, class: "note" };
  node("text", note, group).textContent = state.note ?? "";
}

function drawAction(svg, action, setTriggerValue) {
  const side = action.a === 0 ? -1 : 1;
  const pill = { x: centre(action.s) + (side < 0 ? 44 : -44), y: MIDDLE + side * LIFT };
  const group = node("g", {
    class: `action${action.picked ? " picked" : ""}${setTriggerValue ? " pick" : ""}`,
    "data-state": action.state,
    "data-action": action.name,
    id: `rl-diagram-${action.s}-${action.a}`,
  }, svg);
  const foot = { x: centre(action.s) + (side < 0 ? 14 : -14), y: MIDDLE + side * 29 };
  node("path", { d: `M ${foot.x} ${foot.y} L ${pill.x} ${pill.y}`, class: "stem" }, group);
  for (const outcome of action.outcomes) drawOutcome(group, action.s, pill, side, outcome);
  const width = 18 + 9 * action.name.length;
  node("rect", { x: pill.x - width / 2, y: pill.y - 13, width, height: 26, rx: 13 }, group);
  node("text", { x: pill.x, y: pill.y + 5, class: "pill" }, group).textContent = action.name;
  if (!setTriggerValue) return;
  const pick = () => setTriggerValue("picked", [action.s, action.a]);
  for (const [key, value] of Object.entries({ tabindex: 0, role: "button", "aria-label": action.alt, "aria-pressed": action.picked }))
    group.setAttribute(key, value);
  group.onclick = pick;
  group.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pick();
  };
}

// From the pill to a state. Above, pills stand to the right of their state and arrows to the right
// are short and low, those to the left long and high; below it is the other way round.
function drawOutcome(group, from, pill, side, outcome) {
  const { d, label } = outcome.to === from ? loop(from, pill, side) : arc(from, pill, side, outcome.to);
  const path = node("path", { d, class: "edge" }, group);
  path.style.strokeWidth = 1.2 + 2.2 * outcome.p;
  drawTip(group, path);
  node("text", { x: label.x, y: label.y + 5, class: "odds" }, group).textContent = outcome.label;
}

function arc(from, pill, side, to) {
  const back = (to - from) * side > 0;
  const end = { x: centre(to) + (to > from ? -20 : 20), y: MIDDLE + side * 28 };
  const height = (back ? 88 : 24) + 26 * (Math.abs(to - from) - 1);
  const bend = { x: (pill.x + end.x) / 2, y: pill.y + side * height };
  return {
    d: `M ${pill.x} ${pill.y} Q ${bend.x} ${bend.y} ${end.x} ${end.y}`,
    label: { x: bend.x, y: 0.5 * bend.y + 0.25 * (pill.y + end.y) + side * 14 },
  };
}

function loop(from, pill, side) {
  const x = centre(from);
  const [bend, end] = side < 0 ? [[x - 54, pill.y - 16], [x - 20, MIDDLE - 28]] : [[x - 100, MIDDLE + 24], [x - 35, MIDDLE + 4]];
  const label = side < 0 ? { x: x - 58, y: pill.y } : { x: x - 76, y: MIDDLE + 4 };
  return { d: `M ${pill.x} ${pill.y} Q ${bend} ${end}`, label };
}

function drawTip(group, path) {
  const size = 11;
  const end = path.getPointAtLength(path.getTotalLength());
  const near = path.getPointAtLength(path.getTotalLength() - size);
  const angle = (Math.atan2(end.y - near.y, end.x - near.x) * 180) / Math.PI;
  const d = `M 2 0 L ${-size} ${-size / 2} L ${-size} ${size / 2} Z`;
  node("path", { d, transform: `translate(${end.x} ${end.y}) rotate(${angle})`, class: "tip" }, group);
}
