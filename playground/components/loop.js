// Agent and environment, joined by action and reward; what happens lights up in its order.
const SVG = "http://www.w3.org/2000/svg";
const PHASES = ["reward", "agent", "action", "environment"]; // one round, after an answer
const PACE = 300; // milliseconds of each phase
const AGENT = { x: 14, y: 46, width: 186, height: 190 };
const WORLD = { x: 390, y: 46, width: 186, height: 190 };
const [TOP, BOTTOM] = [100, 190];
const ARROWS = {
  action: { d: `M 208 ${TOP} L 374 ${TOP}`, tip: `M 382 ${TOP} l -15 -8 v 16 Z`, x: 295, y: TOP },
  reward: { d: `M 382 ${BOTTOM} L 216 ${BOTTOM}`, tip: `M 208 ${BOTTOM} l 15 -8 v 16 Z`, x: 295, y: BOTTOM },
};

export default function ({ data, parentElement }) {
  const svg = node("svg", { viewBox: "0 14 590 232", role: "img", class: "rl-loop" });
  svg.setAttribute("aria-label", data.alt);
  svg.style.setProperty("--rl-reward", data.reward_colour);
  const parts = {
    agent: drawBox(svg, AGENT, data.agent),
    environment: drawBox(svg, WORLD, data.environment),
    action: drawArrow(svg, "action", data.action),
    reward: drawArrow(svg, "reward", data.reward),
  };
  drawPuppy(parts.agent, data.pose);
  drawPerson(parts.environment, data.treat);

  const before = parentElement.querySelector("svg");
  const answered = before && data.step > Number(before.dataset.step) && data.treat !== null;
  svg.dataset.step = data.step;
  before ? before.replaceWith(svg) : parentElement.append(svg);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const end = () => light(parts, data.lit);
  if (!answered || still) return end();
  svg.classList.add("moving");
  const timers = PHASES.map((phase, i) => setTimeout(() => play(svg, parts, phase), i * PACE));
  timers.push(setTimeout(() => { svg.classList.remove("moving"); end(); }, PHASES.length * PACE));
  return () => timers.forEach(clearTimeout);
}

function node(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function write(parent, x, y, kind, text) {
  node("text", { x, y, class: kind }, parent).textContent = text;
}

function light(parts, lit) {
  for (const [name, part] of Object.entries(parts)) part.classList.toggle("lit", lit.includes(name));
}

function play(svg, parts, phase) {
  light(parts, [phase]);
  parts[phase].classList.add("shown");
  if (!(phase in ARROWS)) return;
  const dot = node("circle", { r: 9, class: `dot ${phase}` }, svg);
  const [from, to] = phase === "action" ? [212, 376] : [378, 214];
  const y = ARROWS[phase].y;
  dot.animate(
    [{ transform: `translate(${from}px, ${y}px)` }, { transform: `translate(${to}px, ${y}px)` }],
    { duration: PACE, easing: "ease-in-out" },
  ).onfinish = () => dot.remove();
}

function drawBox(svg, box, { title, name }) {
  const part = node("g", { class: "part" }, svg);
  node("rect", { ...box, rx: 12, class: "box" }, part);
  write(part, box.x + box.width / 2, 34, "title", title);
  write(part, box.x + box.width / 2, 226, "name", name);
  return part;
}

function drawArrow(svg, kind, { title, text }) {
  const { d, tip, x, y } = ARROWS[kind];
  const part = node("g", { class: `part arrow ${kind}` }, svg);
  node("path", { d, class: "line" }, part);
  node("path", { d: tip, class: "tip" }, part);
  write(part, x, kind === "action" ? y - 42 : y + 52, "title", title);
  write(part, x, kind === "action" ? y - 14 : y + 28, "what", text);
  return part;
}

// The puppy looks to the right. Each pose: legs and tail, how the body lies, where the head is.
const POSES = {
  sit: { legs: "M 84 62 V 96 M 95 60 V 96 M 52 94 H 70", tail: "M 34 88 q -18 4 -22 -10", tilt: -48, body: [64, 66], head: [98, 32] },
  jump: { legs: "M 42 60 l -14 14 M 52 64 l -10 16 M 84 56 l 14 8 M 92 50 l 16 4", tail: "M 32 50 q -14 -8 -12 -24", tilt: -22, body: [64, 48], head: [104, 22], shadow: true },
  run: { legs: "M 38 66 l -18 24 M 48 70 l -10 26 M 84 70 l 14 24 M 94 64 l 22 20", tail: "M 32 54 q -18 -2 -24 -16", tilt: -4, body: [66, 58], head: [108, 36], wind: true },
};

function drawPuppy(part, pose) {
  const { legs, tail, tilt, body, head, shadow, wind } = POSES[pose];
  const g = node("g", { transform: "translate(40 84)", class: "puppy" }, part);
  if (shadow) node("ellipse", { cx: 66, cy: 100, rx: 34, ry: 5, class: "shadow" }, g);
  if (wind) node("path", { d: "M -14 50 h 18 M -22 62 h 20 M -14 74 h 14", class: "wind" }, g);
  node("path", { d: `${legs} ${tail}`, class: "limb" }, g);
  node("ellipse", { cx: body[0], cy: body[1], rx: 36, ry: 18, transform: `rotate(${tilt} ${body})`, class: "fur" }, g);
  if (pose === "sit") node("ellipse", { cx: 52, cy: 80, rx: 20, ry: 16, class: "fur" }, g);
  const face = node("g", { transform: `translate(${head})` }, g);
  node("ellipse", { cx: 14, cy: 6, rx: 11, ry: 8, class: "fur" }, face);
  node("circle", { r: 17, class: "fur" }, face);
  node("path", { d: "M -9 -14 q -16 4 -11 26 q 10 2 14 -12 Z", class: "ear" }, face);
  node("circle", { cx: 6, cy: -4, r: 2.6, class: "eye" }, face);
  node("circle", { cx: 24, cy: 3, r: 3.4, class: "eye" }, face);
}

function drawPerson(part, treat) {
  const g = node("g", { transform: "translate(436 72)", class: "person" }, part);
  node("circle", { cx: 56, cy: 26, r: 20, class: "fur" }, g);
  node("path", { d: "M 18 112 v -24 q 0 -34 38 -34 q 38 0 38 34 v 24", class: "fur" }, g);
  node("path", { d: "M 20 84 q -28 8 -38 22", class: "limb" }, g);
  if (treat) node("path", { d: "M -30 104 m -5 -3 a 5 5 0 1 1 6 -6 h 12 a 5 5 0 1 1 6 6 a 5 5 0 1 1 -6 6 h -12 a 5 5 0 1 1 -6 -6 Z", class: "biscuit" }, g);
}
