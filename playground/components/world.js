// A row of states joined by arcs, with the agent on top. Moves right arch above, moves left below.
const SVG = "http://www.w3.org/2000/svg";
const [R, MIDDLE, HEIGHT] = [32, 112, 212];
let [gap, margin] = [190, 120];
const centre = (i) => margin + gap * i;
const perch = (i) => ({ x: centre(i) + 22, y: MIDDLE - 26 });

export default function ({ data, parentElement }) {
  // a narrow place: states closer together, so that words stay readable
  [gap, margin] = data.compact ? [140, 108] : [190, 120];
  const width = 2 * margin + gap * (data.states.length - 1);
  const kind = data.compact ? "rl-world compact" : "rl-world";
  const svg = node("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", class: kind });
  svg.setAttribute("aria-label", data.alt);
  svg.style.setProperty("--rl-taken", data.taken_colour);

  // the arrow taken goes last, so that nothing lies over it
  const edges = [...data.edges].sort((a, b) => a.taken - b.taken);
  const paths = edges.map((edge) => drawEdge(svg, edge));
  data.states.forEach((state, i) => drawState(svg, state, i));
  const agent = node("circle", { r: 11, class: "agent" }, svg);
  place(agent, perch(data.agent));

  const before = parentElement.querySelector("svg");
  const moved = before && before.dataset.step !== String(data.step);
  svg.dataset.step = data.step;
  before ? before.replaceWith(svg) : parentElement.append(svg);
  if (moved && edges.at(-1)?.taken) travel(agent, paths.at(-1), perch(data.agent));
}

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function place(element, { x, y }) {
  element.setAttribute("cx", x);
  element.setAttribute("cy", y);
}

function drawState(svg, state, i) {
  const kind = state.terminal ? "state terminal" : "state";
  node("circle", { cx: centre(i), cy: MIDDLE, r: R, class: kind }, svg);
  if (state.terminal) node("circle", { cx: centre(i), cy: MIDDLE, r: R, class: "ring" }, svg);
  node("text", { x: centre(i), y: MIDDLE + 6, class: "name" }, svg).textContent = state.name;
  node("text", { x: centre(i), y: MIDDLE + 58, class: "note" }, svg).textContent = state.note;
}

function drawEdge(svg, edge) {
  const { d, label } = edge.from === edge.to ? loop(edge) : arc(edge);
  const taken = edge.taken ? " taken" : "";
  const path = node("path", { d, class: "edge" + taken }, svg);
  drawTip(svg, path, taken);
  const text = node("text", { ...label, class: "edge-label" + taken }, svg);
  text.textContent = edge.label;
  return path;
}

function arc({ from, to }) {
  const side = to > from ? -1 : 1;
  const [x1, x2] = [centre(from) - side * 22, centre(to) + side * 22];
  const [y, bend] = [MIDDLE + side * 24, MIDDLE + side * 78];
  const third = (x2 - x1) / 3.2;
  return {
    d: `M ${x1} ${y} C ${x1 + third} ${bend}, ${x2 - third} ${bend}, ${x2} ${y}`,
    label: { x: (x1 + x2) / 2, y: side < 0 ? MIDDLE - 74 : MIDDLE + 86 },
  };
}

function loop({ from }) {
  const x = centre(from);
  return {
    d: `M ${x - 24} ${MIDDLE + 21} C ${x - 92} ${MIDDLE + 62}, ${x - 104} ${MIDDLE - 34}, ${x - 33} ${MIDDLE - 4}`,
    label: { x: x - 62, y: MIDDLE + 56 },
  };
}

function drawTip(svg, path, taken) {
  const size = taken ? 15 : 11;
  const end = path.getPointAtLength(path.getTotalLength());
  const near = path.getPointAtLength(path.getTotalLength() - size);
  const angle = (Math.atan2(end.y - near.y, end.x - near.x) * 180) / Math.PI;
  node("path", {
    d: `M 2 0 L ${-size} ${-size / 2} L ${-size} ${size / 2} Z`,
    transform: `translate(${end.x} ${end.y}) rotate(${angle})`,
    class: "tip" + taken,
  }, svg);
}

function travel(agent, path, end) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const [begun, length] = [performance.now(), path.getTotalLength()];
  const frame = (now) => {
    const part = Math.min((now - begun) / 280, 1);
    if (part === 1) return place(agent, end);
    const eased = part * (2 - part);
    const on = path.getPointAtLength(eased * length);
    place(agent, { x: on.x + eased * (end.x - on.x) * (part > 0.8 ? 1 : 0), y: on.y });
    if (agent.isConnected) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}
