// After one of these was used with the mouse, arrow keys belong to the stage again.
const TAKE_ARROWS = '[role="tab"], ' +
  ["stSlider", "stButtonGroup", "stCheckbox"].map((id) => `[data-testid="${id}"]`).join();

export default function () {
  const release = () => {
    if (document.activeElement?.closest(TAKE_ARROWS)) document.activeElement.blur();
  };
  const letGo = () => {
    release();
    setTimeout(release); // a switch takes the focus only with the click that follows
  };
  document.addEventListener("pointerup", letGo);
  return () => document.removeEventListener("pointerup", letGo);
}
